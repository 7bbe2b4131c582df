import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { prepareSite } from './data/prepare-site.ts';
import { gdal } from './rivals/gdal.ts';
import { geopandas } from './rivals/geopandas.ts';
import { mapshaper } from './rivals/mapshaper.ts';
import { newestGdal } from './rivals/newest-gdal.ts';
import { type Rival, rivalNames } from './rivals/rival.ts';
import { type BenchResult, compare, formatResults, type Round } from './rows/result.ts';
import { type BenchRow, benchRows } from './rows/row.ts';
import { runOurs, surveySite } from './rows/run-ours.ts';
import {
  compareCores,
  compareSizes,
  estimateOnCores,
  formatScaling,
  type ScalingId,
  type ScalingOptions,
  scalingIds,
  type ScalingResult,
} from './rows/scaling.ts';

/** How long a rival is waited for. One that was stopped is not tried again. */
const rivalTimeoutMs = { quick: 120_000, full: 900_000 } as const;

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    row: { type: 'string', multiple: true },
    rival: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  throw new RangeError(`--rounds is ${values.rounds}; give a whole number from 1`);
}
const rivals = presentRivals();
const rows = selectRows();
const root = new URL('../data/', import.meta.url);
await mkdir(root, { recursive: true });
const site = await prepareSite(root, siteSize(500_000));
await surveySite(site);

const results: BenchResult[] = [];
for (const row of rows) results.push(...(await inFolder((folder) => compareRow(row, folder))));
const scaling = await compareScaling();
printResults();
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify([...results, ...scaling], null, 2)}\n`);
}

/** Those on this machine: the quick profile's is GDAL, the others are for `--full` or asked for by name. */
function presentRivals(): readonly Rival[] {
  const asked = values.rival ?? (values.full ? rivalNames : ['gdal']);
  for (const name of asked) {
    if (!(rivalNames as readonly string[]).includes(name))
      throw new RangeError(`--rival is ${name}; there are ${rivalNames.join(', ')}`);
  }
  return [gdal, newestGdal, geopandas, mapshaper].filter((rival) => {
    if (!asked.includes(rival.name)) return false;
    const what = rival.describe();
    console.error(what === null ? `${rival.name} is not installed` : `${rival.name}: ${what}`);
    return what !== null;
  });
}

function selectRows(): readonly BenchRow[] {
  const ids = values.row;
  if (ids === undefined) return benchRows.filter(({ isLong }) => values.full || !isLong);
  return ids.flatMap((id) => {
    if ((scalingIds as readonly string[]).includes(id)) return [];
    const row = benchRows.find((candidate) => candidate.id === id);
    if (row !== undefined) return [row];
    const known = [...benchRows.map((candidate) => candidate.id), ...scalingIds];
    throw new RangeError(`--row is ${id}; there are ${known.join(', ')}`);
  });
}

function siteSize(parcels: number): { parcels: number; addresses: number; streams: number } {
  const needs = (layer: string): boolean => rows.some((row) => row.layer === layer);
  return {
    parcels,
    addresses: needs('addresses') ? 2_000_000 : 0,
    streams: needs('streams') ? 20_000 : 0,
  };
}

/** Ours and each rival in turn, round by round. */
async function compareRow(row: BenchRow, folder: string): Promise<BenchResult[]> {
  const timeoutMs = values.full ? rivalTimeoutMs.full : rivalTimeoutMs.quick;
  const opponents = rivals.filter(({ name }) => row.targets[name] !== undefined);
  const done = new Map(opponents.map((rival) => [rival, [] as Round[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [rival, earlier] of done) {
      if (earlier.some((known) => known.rival.isStopped)) continue;
      const ours = await runOurs(row, { site, folder });
      const theirs = await inFolder((own) => rival.run({ row, site, folder: own, timeoutMs }));
      earlier.push({ ours, rival: theirs });
      console.error(
        `${row.title}: ${ours.seconds.toFixed(1)} s against ${theirs.seconds.toFixed(1)} s of ${rival.name}`,
      );
    }
  }
  return [...done].map(([rival, compared]) => compare(row, rival.name, compared));
}

/** In the full profile, or asked for by name. */
async function compareScaling(): Promise<ScalingResult[]> {
  const isWanted = (id: ScalingId): boolean => values.row?.includes(id) ?? values.full;
  const row = benchRows[0]!;
  const compared: ScalingResult[] = [];
  const add = async (comparison: (options: ScalingOptions) => Promise<ScalingResult>): Promise<void> => {
    compared.push(await inFolder((folder) => comparison({ row, folder, rounds })));
  };
  if (isWanted('one-core')) {
    const id = 'one-core';
    await add((options) => compareCores({ id, site, parcels: '500,000' }, options));
  }
  if (!isWanted('parcels-5m') && !isWanted('one-core-5m')) return compared;
  const large = await prepareSite(root, { parcels: 5_000_000, addresses: 0, streams: 0 });
  await surveySite(large);
  if (isWanted('parcels-5m')) await add((options) => compareSizes({ small: site, large }, options));
  if (isWanted('one-core-5m')) {
    const id = 'one-core-5m';
    await add((options) => compareCores({ id, site: large, parcels: '5,000,000' }, options));
  }
  return compared;
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(fileURLToPath(root), 'run-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function printResults(): void {
  console.log(`500,000 parcels, ${cpus().length} cores, ${rounds} rounds\n`);
  console.log(formatResults(results));
  if (scaling.length === 0) return;
  console.log(`\n${formatScaling(scaling)}`);
  for (const { id, rival_s: one, ours_s: two } of scaling) {
    if (id === 'parcels-5m') continue;
    const seconds = estimateOnCores({ one, two, cores: 16 });
    console.log(`\n${id}: on paper, 16 cores would take ${seconds.toFixed(1)} s.`);
  }
}
