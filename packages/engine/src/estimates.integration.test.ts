import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Mimetype } from '@outcrop/contract';
import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { verifyArchive } from './archive/verify-archive.ts';
import { extentPolygon } from './crs/lon-lat-extent.ts';
import type { Envelope } from './features/geometry-array.ts';
import { checkExportHere, emptyMemory, type ExportCheck } from './plan/check.ts';
import type { GeoPackageTable } from './source/layer.ts';
import { contextOf, exportPlan, type ExportWish, requestOf, tableOf } from './testing/export-fixture.ts';
import { estimateLayers, estimateTable } from './testing/estimate-layers.ts';
import { starRegion } from './testing/oracle-fixture.ts';

const formats = [
  'application/x-ogc-gpkg',
  'application/x-zipped-shp',
  'text/csv',
  'application/geo+json',
  'application/geo+json-seq',
  'application/flatgeobuf',
  'application/vnd.apache.parquet',
] as const satisfies readonly Mimetype[];

/** How far an estimate may be off, and for how many of the exports it must not be. */
const [tolerance, share] = [0.25, 0.8];
const samples = fileURLToPath(new URL('../../../samples/', import.meta.url));

let folder: TemporaryFolder;
const memory = emptyMemory();

/** What an export was estimated to be, and what it was. */
interface Outcome {
  readonly what: string;
  readonly zipped: number;
  readonly unzipped: number;
  readonly count: number;
  /** Processor time of the first check, and of the same again. */
  readonly checkMs: number;
  readonly againMs: number;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  const { tuned, heldOut } = estimateLayers;
  writeGeoPackage(folder.file('generated.gpkg'), { tables: [...tuned, ...heldOut, estimateTable(20_000)] });
  if (!existsSync(`${samples}site/countries.gpkg`))
    execFileSync('node', [`${samples}dist/build-site.js`], { stdio: 'ignore' });
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

const star = { type: 'Polygon', coordinates: [starRegion().map(([x, y]) => [x! - 5, y! + 5])] };
const box = (...sides: Envelope): object => extentPolygon(sides);

interface Case {
  readonly table: GeoPackageTable;
  readonly crs: readonly string[];
  readonly extents: readonly (object | undefined)[];
}

async function measure(wish: ExportWish, what: string): Promise<Outcome | null> {
  const [request, context] = [requestOf(wish), contextOf(`${folder.path}/cache`)];
  const check = async (): Promise<{ ms: number; estimate: ExportCheck }> => {
    const before = process.cpuUsage();
    const estimate = await checkExportHere(request, context, { memory });
    const { user, system } = process.cpuUsage(before);
    return { ms: (user + system) / 1000, estimate };
  };
  const { ms: checkMs, estimate } = await check();
  Object.assign(memory.operations, estimate.plan?.operations);
  if (estimate.plan === null) return null;
  const { ms: againMs } = await check();
  const { archivePath, bytes, report } = await exportPlan(estimate.plan, folder.path, { workers: 1 });
  const { members } = await verifyArchive(archivePath);
  rmSync(archivePath);
  const unzipped = members.reduce((sum, member) => sum + member.bytes, 0);
  const [item] = estimate.items;
  return {
    what,
    zipped: estimate.sizeEstimateZipped / bytes - 1,
    unzipped: item!.sizeEstimateUnzipped / unzipped - 1,
    count: item!.featureCount! / report.items[0]!.counts.written - 1,
    checkMs,
    againMs,
  };
}

/** Each format meets one extent of every layer, and another of the next layer. */
function wishesOf({ table, crs, extents }: Case, layer: number): { wish: ExportWish; what: string }[] {
  return formats.flatMap((format, index) => {
    const isGeographic = format.includes('json');
    if (table.geometry === null && (isGeographic || format.includes('flatgeobuf'))) return [];
    const nr = (index + layer) % extents.length;
    const [extent, code] = [extents[nr], isGeographic ? 'EPSG:4326' : crs[(index + layer) % crs.length]!];
    const wish = { tables: [table], format, crs: code, ...(extent !== undefined && { extent }) };
    return [{ wish, what: `${table.table}, ${format}, ${code}, extent ${nr}` }];
  });
}

async function measureAll(cases: readonly Case[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { wish, what } of cases.flatMap(wishesOf)) {
    const outcome = await measure(wish, what);
    if (outcome !== null) outcomes.push(outcome);
  }
  return outcomes;
}

function tell(title: string, outcomes: readonly Outcome[]): void {
  const lines = [`${title}: ${outcomes.length} exports`];
  for (const key of ['zipped', 'unzipped', 'count'] as const) {
    const within = [0.02, 0.05, 0.1, 0.25, 0.5].map((limit) => {
      const hits = outcomes.filter((outcome) => Math.abs(outcome[key]) <= limit).length;
      return `±${limit * 100} %: ${((hits / outcomes.length) * 100).toFixed(0)} %`;
    });
    const worst = outcomes.toSorted((a, b) => Math.abs(b[key]) - Math.abs(a[key]))[0]!;
    lines.push(
      `  ${key.padEnd(8)} ${within.join('  ')}  worst ${(worst[key] * 100).toFixed(0)} % (${worst.what})`,
    );
  }
  for (const key of ['checkMs', 'againMs'] as const) {
    const sorted = outcomes.map((outcome) => outcome[key]).toSorted((a, b) => a - b);
    const at = (part: number): string => `${sorted[Math.floor((sorted.length - 1) * part)]!.toFixed(0)} ms`;
    lines.push(
      `  ${key === 'checkMs' ? 'first check' : 'next check'}: median ${at(0.5)}, 90 % in ${at(0.9)}, all in ${at(1)} of processor time`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** The part of the exports for which each figure is as near as it must be. */
function shareWithin(outcomes: readonly Outcome[], limit: number): number {
  const shares = (['zipped', 'unzipped', 'count'] as const).map(
    (key) => outcomes.filter((outcome) => Math.abs(outcome[key]) <= limit).length / outcomes.length,
  );
  return Math.min(...shares);
}

describe('estimates are within 25 % for at least 80 %', { timeout: 600_000 }, () => {
  const generated = (name: string): Case => ({
    table: tableOf(folder.file('generated.gpkg'), name),
    crs: ['EPSG:2193', 'EPSG:4326', 'EPSG:3857'],
    extents: [undefined, star, box(175.6, -38.9, 175.9, -38.6)],
  });

  test('of layers that the estimator was made with', async () => {
    const outcomes = await measureAll(estimateLayers.tuned.map(({ name }) => generated(name)));
    tell('tuned', outcomes);
    expect(shareWithin(outcomes, tolerance)).toBeGreaterThanOrEqual(share);
  });

  test('of layers that it had not seen', async () => {
    const outcomes = await measureAll([
      ...estimateLayers.heldOut.map(({ name }) => generated(name)),
      { ...generated('register'), extents: [undefined] },
    ]);
    tell('held out, generated', outcomes);
    expect(shareWithin(outcomes, tolerance)).toBeGreaterThanOrEqual(share);
  });

  test('of real data that it had not seen', async () => {
    const world = {
      crs: ['EPSG:4326', 'EPSG:3857'],
      extents: [undefined, box(-10, 35, 40, 60), box(160, -50, 190, -30)],
    };
    const outcomes = await measureAll([
      { ...world, table: tableOf(`${samples}site/countries.gpkg`) },
      { ...world, table: tableOf(`${samples}site/earthquakes.gpkg`) },
      { ...world, table: tableOf(`${samples}site/cities.gpkg`) },
    ]);
    tell('held out, real', outcomes);
    expect(shareWithin(outcomes, tolerance)).toBeGreaterThanOrEqual(share);
  });
});
