import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { runCommand } from '../run-command.ts';
import { testContext } from '../testing/test-context.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'outcrop-cli-'));
});

afterAll(() => rmSync(root, { recursive: true }));

const steps = [{ id: 8, name: 'trace context' }];

test('migrate says which steps were missing and where the schema is', async () => {
  const context = testContext({
    server: { migrateSite: async () => ({ steps, schema: 8 }) },
    workingFolder: root,
  });
  expect(await runCommand(['migrate', '.'], context)).toBe(0);
  expect(context.printed).toEqual(['Step 8: trace context', 'The schema is at step 8']);
});

test('migrate with --json prints JSON only', async () => {
  const context = testContext({
    server: { migrateSite: async () => ({ steps, schema: 8 }) },
    workingFolder: root,
  });
  await runCommand(['migrate', '.', '--json'], context);
  expect(JSON.parse(context.printed.join(''))).toEqual({ steps, schema: 8 });
});

test('backup names what it made, in a folder that need not be there', async () => {
  const orders: unknown[] = [];
  const context = testContext({
    server: {
      backUpSite: async (order) => {
        orders.push(order);
        return { made_at: '2026-11-25T12:00:00.000Z', archives: 3 };
      },
    },
    workingFolder: root,
  });
  expect(await runCommand(['backup', '.', '--to', 'copies/today'], context)).toBe(0);
  expect(orders).toEqual([{ folder: pathToFileURL(`${root}/`), to: pathToFileURL(`${root}/copies/today/`) }]);
  expect(context.printed).toEqual([
    'Backed up to copies/today: the database as of 2026-11-25T12:00:00.000Z, 3 archives',
  ]);
});

test('restore says what is back, and what will run again', async () => {
  const restored = {
    madeAt: '2026-11-25T12:00:00.000Z',
    archives: 2,
    exports: { complete: 2, processing: 1 },
    isConfigRestored: false,
  };
  const context = testContext({ server: { restoreSite: async () => restored }, workingFolder: root });
  expect(await runCommand(['restore', '.', '--from', '.'], context)).toBe(0);
  expect(context.printed).toEqual([
    'Restored the site as of 2026-11-25T12:00:00.000Z: 2 archives',
    'Exports: 2 complete, 1 processing; those in processing run again when it starts',
  ]);
  expect(context.noted).toEqual(['The outcrop.yaml that was there is kept']);
});

test('restore from a folder that is not there is refused', async () => {
  const context = testContext({ workingFolder: root });
  expect(await runCommand(['restore', '.', '--from', 'nowhere'], context)).toBe(1);
  expect(context.noted.join()).toContain('nowhere does not exist');
});
