import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { type Measurement, runMeasured } from '../measure/run-measured.ts';
import { prepareRasters, profiles, type RasterSite } from './raster-data.ts';
import { cutline, lake, meets, type RasterRegion, rectangle } from './raster-regions.ts';
import { type RasterRow, rasterRows } from './raster-rows.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    row: { type: 'string', multiple: true },
    prepare: { type: 'boolean', default: false },
  },
});
const profile = values.quick ? profiles.quick : profiles.full;
const root = fileURLToPath(new URL('../../data/', import.meta.url));
const cli = fileURLToPath(new URL('../../../packages/cli/bin/outcrop.js', import.meta.url));
mkdirSync(root, { recursive: true });
const wanted = values.row ?? rasterRows.map(({ id }) => id);
const rows = wanted.map(findRow);
const site = prepareRasters(root, profile, values.prepare || rows.some(({ layer }) => layer === 'tiles'));
const sides = { large: profile.side, tiles: profile.tilesOnSide * profile.tileSide };
// The one look at the files that a site takes when it is new.
await runMeasured([process.execPath, cli, 'layers', site.folder], { folder: root });
if (!values.prepare) await runRows();

async function runRows(): Promise<void> {
  console.log(
    `${profile.side} x ${profile.side} pixels, ${profile.tilesOnSide ** 2} tiles of ${profile.tileSide}, ${cpus().length} cores, each run once\n`,
  );
  console.log(
    '| row | ours, s | rival, s | ratio | target | processor, s: ours / rival | MB peak: ours / rival |\n| --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const row of rows) console.log(await runRow(row, site));
}

function findRow(id: string): RasterRow {
  const row = rasterRows.find((candidate) => candidate.id === id);
  if (row !== undefined) return row;
  throw new RangeError(`--row is ${id}; there are ${rasterRows.map((known) => known.id).join(', ')}`);
}

async function runRow(row: RasterRow, { folder: siteFolder }: RasterSite): Promise<string> {
  const folder = mkdtempSync(join(root, 'run-'));
  try {
    const ours = await runOurs(row, { folder, siteFolder });
    const rival = await runRival(row, folder);
    const ratio = (rival.seconds / ours.seconds).toFixed(2);
    const cells = [
      row.title,
      ours.seconds.toFixed(1),
      rival.seconds.toFixed(1),
      ratio,
      row.target,
      `${ours.processorSeconds.toFixed(1)} / ${rival.processorSeconds.toFixed(1)}`,
      `${ours.peakMegabytes.toFixed(0)} / ${rival.peakMegabytes.toFixed(0)}`,
    ];
    return `| ${cells.join(' | ')} |`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function regionOf({ region, layer }: RasterRow): RasterRegion | null {
  if (region === null) return null;
  return (region === 'lake' ? lake : rectangle)({ side: sides[layer] });
}

function runOurs(
  row: RasterRow,
  { folder, siteFolder }: { folder: string; siteFolder: string },
): Promise<Measurement> {
  const request = join(folder, 'request.json');
  const body = {
    crs: row.crs,
    formats: { raster: row.mimetype },
    items: [{ item: row.layer === 'large' ? 'layers/1' : 'layers/2' }],
    ...(row.region !== null && { extent: regionOf(row)?.extent }),
  };
  writeFileSync(request, JSON.stringify(body));
  return runMeasured(
    [process.execPath, cli, 'run', request, '--site', siteFolder, '--output', join(folder, 'out.zip')],
    { folder },
  );
}

function runRival(row: RasterRow, folder: string): Promise<Measurement> {
  const cut = join(folder, 'cut.geojson');
  const region = regionOf(row);
  if (region !== null) writeFileSync(cut, cutline(region));
  // A specialist asks an index of the tiles first which of them the region can meet.
  const tiles = site.tiles.filter((tile) => region === null || meets(region, tile));
  const inputs = row.layer === 'large' ? [site.large] : tiles.map(({ path }) => path);
  const out = join(folder, 'rival');
  mkdirSync(out);
  const script = [
    'set -e',
    'export GDAL_CACHEMAX=512',
    `CUT=${cut}`,
    `WIN="${region?.window.join(' ') ?? ''}"`,
    `for IN in ${inputs.join(' ')}; do OUT=${out}/$(basename $IN .tif); ${row.rival}; done`,
  ].join('\n');
  return runMeasured(['bash', '-c', script], { folder });
}
