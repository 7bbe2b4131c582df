import { readdir } from 'node:fs/promises';

import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { apiVersions } from '../exports/api-root.ts';
import { type Endpoint, findEndpoints } from '../testing/fuzz/endpoints.ts';
import { requestTo } from '../testing/fuzz/fuzz-request.ts';
import { newTally, sendAndCheck, type Tally } from '../testing/fuzz/fuzz-run.ts';
import { countHoldings, type Holdings } from '../testing/fuzz/leaks.ts';
import { openFuzzSite } from '../testing/fuzz/open-fuzz-site.ts';
import type { TestSite } from '../testing/test-site.ts';
import { apiPaths } from './routes.ts';

const { cases, seed } = inject('fuzz');
const heapBound = 30 * 1024 * 1024;

let site: TestSite;
let endpoints: readonly Endpoint[];

beforeAll(async () => {
  site = await openFuzzSite();
  endpoints = findEndpoints(site.parts);
});

afterAll(() => site.close());

test('everything that the documents have is among what is asked', () => {
  const asked = new Set(endpoints.map(({ method, path }) => `${method} ${path}`));
  for (const version of apiVersions) {
    for (const { path, operations } of apiPaths(version)) {
      for (const { route } of operations) {
        expect(asked).toContain(`${route.method.toUpperCase()} /services/api/${version}${path}`);
      }
    }
  }
  for (const own of ['POST /services/admin/tokens/', 'POST /services/page/regions', 'GET /assets/{name}']) {
    expect(asked).toContain(own);
  }
});

test(`${cases} random and mutated requests are all answered, in time, as documented, and leave nothing behind`, async () => {
  const secrets = { token: site.token, adminSecret: site.parts.adminSecret! };
  const any = fc.oneof(
    ...endpoints.map((endpoint) => ({
      weight: Math.round(endpoint.weight * 100),
      arbitrary: fc.constant(endpoint),
    })),
  );
  const tally = newTally();
  const started = performance.now();
  const run = (count: number, runSeed: number, which = any): Promise<void> =>
    fc.assert(
      fc.asyncProperty(
        which.chain((one) => requestTo(one, secrets).map((request) => ({ one, request }))),
        async ({ one, request }) => {
          const name = `${one.method} ${one.path}`;
          tally.endpoints.set(name, (tally.endpoints.get(name) ?? 0) + 1);
          await sendAndCheck(site.app, request, tally);
        },
      ),
      { seed: runSeed, numRuns: count },
    );
  const warmUp = Math.ceil(cases / 5);
  for (const endpoint of endpoints) await run(2, seed, fc.constant(endpoint));
  await run(warmUp, seed);
  await settle();
  const before = await countHoldings();
  await run(cases - warmUp, seed + 1);
  await settle();
  const after = await countHoldings();
  report(tally, { before, after, seconds: (performance.now() - started) / 1000 });
  expect(after.heap - before.heap).toBeLessThan(heapBound);
  expect(after.files).toBeLessThanOrEqual(before.files + 2);
  expect(after.handles).toBeLessThanOrEqual(before.handles + 2);
  expect(new Set(tally.endpoints.keys()).size).toBe(endpoints.length);
  await expectRows(tally);
}, 3_600_000);

/** Until no export is being made. */
async function settle(): Promise<void> {
  await expect
    .poll(() => countRows(`outcrop.exports WHERE state = 'processing'`), { timeout: 600_000, interval: 200 })
    .toBe(0);
}

async function countRows(from: string): Promise<number> {
  const [row] = await site.parts.database.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM ${from}`,
  );
  return row!.count;
}

/** No row, job or file that nobody was told of. */
async function expectRows(tally: Tally): Promise<void> {
  expect(await countRows('outcrop.exports')).toBe(tally.created);
  expect(await countRows('outcrop.tokens')).toBe(1 + tally.tokens);
  expect(await countRows('outcrop.idempotency_keys WHERE export_id IS NULL')).toBe(0);
  const complete = await countRows(`outcrop.runs WHERE state = 'complete'`);
  const files = await readdir(site.parts.site.paths.exports, { recursive: true });
  expect(files.filter((name) => name.endsWith('.zip'))).toHaveLength(complete);
  const work = await readdir(site.parts.site.paths.work, { recursive: true });
  expect(work).toEqual([]);
}

function report(
  tally: Tally,
  { before, after, seconds }: { before: Holdings; after: Holdings; seconds: number },
): void {
  const statuses = [...tally.statuses]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${status}: ${count}`);
  const lines = [
    `fuzz: seeds ${seed} and ${seed + 1}, ${tally.requests} requests to ${endpoints.length} endpoints in ${seconds.toFixed(0)} s`,
    `fuzz: ${statuses.join(', ')}`,
    `fuzz: fewest to one endpoint ${Math.min(...tally.endpoints.values())}; slowest ${tally.slowestMs.toFixed(0)} ms, ${tally.slowest}`,
    `fuzz: ${tally.created} exports, ${tally.tokens} tokens; heap ${mega(before.heap)} → ${mega(after.heap)} MB, files ${before.files} → ${after.files}, handles ${before.handles} → ${after.handles}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function mega(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}

declare module 'vitest' {
  interface ProvidedContext {
    /** How many requests the fuzz tests send, and from which seed. */
    fuzz: { readonly cases: number; readonly rawCases: number; readonly seed: number };
  }
}
