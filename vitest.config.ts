import { defineConfig } from 'vitest/config';

const integration = '**/*.integration.test.ts';
const nightly = '**/*.nightly.test.ts';
const foreign = '**/*.foreign.test.ts';
/** Unit and integration tests run from source; the end-to-end tests run what was built. */
const fromSource = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } };

const fuzzCases = Number(process.env['OUTCROP_FUZZ_CASES'] ?? 100_000);
const fuzzSeed = Number(process.env['OUTCROP_FUZZ_SEED'] ?? 20_261_125);

export default defineConfig({
  test: {
    projects: [
      {
        ...fromSource,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'bench/src/**/*.test.ts', 'scripts/*.test.js'],
          exclude: [integration, nightly, foreign],
          typecheck: { enabled: false },
          // Not how long a test may take, but when one that hangs is given up: machines that test are busy.
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...fromSource,
        test: {
          name: 'integration',
          include: [`packages/${integration}`, `samples/${integration}`],
          exclude: ['**/node_modules/**', '**/dist/**'],
          provide: { fuzz: { cases: 3000, rawCases: 300, seed: 20_261_125 } },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...fromSource,
        test: {
          name: 'nightly',
          include: [`packages/${nightly}`],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 3_600_000,
          hookTimeout: 3_600_000,
          fileParallelism: false,
        },
      },
      {
        ...fromSource,
        test: {
          name: 'foreign',
          include: [`packages/${foreign}`],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 3_600_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...fromSource,
        test: {
          name: 'fuzz',
          include: ['packages/server/src/http/*fuzz.integration.test.ts'],
          // Other seeds: OUTCROP_FUZZ_SEED and OUTCROP_FUZZ_CASES of `scripts/fuzz`.
          provide: { fuzz: { cases: fuzzCases, rawCases: 5000, seed: fuzzSeed } },
          testTimeout: 3_600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'e2e/page/**', 'e2e/reliability/**'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'reliability',
          include: ['e2e/reliability/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'page',
          include: ['e2e/page/**/*.test.ts'],
          globalSetup: ['e2e/page/support/global-setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
