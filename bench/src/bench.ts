import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { type BenchSite, prepareSite } from './data/prepare-site.ts';
import { type BenchResult, compare, formatResults } from './rows/result.ts';
import { type BenchRow, benchRows } from './rows/row.ts';
import { runOurs, surveySite } from './rows/run-ours.ts';
import { runRival } from './rows/run-rival.ts';

/** The quick profile does not wait longer for the rival. */
const rivalTimeoutMs = 120_000;

const { values } = parseArgs({
  options: {
    parcels: { type: 'string', default: '500000' },
    row: { type: 'string', multiple: true },
    json: { type: 'string' },
  },
});
const root = new URL('../data/', import.meta.url);
const parcelCount = Number(values.parcels);
if (!Number.isSafeInteger(parcelCount) || parcelCount < 1) {
  throw new RangeError(`--parcels is ${values.parcels}; give a whole number from 1`);
}

await mkdir(root, { recursive: true });
const site = await prepareSite(root, { parcelCount, pointCount: 0, lineCount: 0 });
await surveySite(site);
const results: BenchResult[] = [];
for (const row of selectRows(values.row)) {
  const result = await runRow(row, site);
  results.push(result);
  console.error(`${row.title}: ${result.ours_s.toFixed(1)} s against ${result.rival_s.toFixed(1)} s`);
}
console.log(`${parcelCount} parcels, ${cpus().length} cores, each run once\n`);
console.log(formatResults(results));
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);

function selectRows(ids: readonly string[] | undefined): readonly BenchRow[] {
  if (ids === undefined) return benchRows;
  return ids.map((id) => {
    const row = benchRows.find((candidate) => candidate.id === id);
    if (row !== undefined) return row;
    throw new RangeError(`--row is ${id}; there are ${benchRows.map((known) => known.id).join(', ')}`);
  });
}

async function runRow(row: BenchRow, benchSite: BenchSite): Promise<BenchResult> {
  const folder = await mkdtemp(join(fileURLToPath(root), 'run-'));
  try {
    const ours = await runOurs(row, benchSite, folder);
    const rival = await runRival(row, benchSite, { folder, timeoutMs: rivalTimeoutMs });
    return compare(row, ours, rival);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
