import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { prepareSite } from '../data/prepare-site.ts';
import { runMeasured } from '../measure/run-measured.ts';
import { longTailRows } from './long-tail-row.ts';
import { type LongTailResult, measureRow } from './measure-row.ts';

const { values } = parseArgs({
  options: {
    parcels: { type: 'string', default: '500000' },
    row: { type: 'string', multiple: true },
    json: { type: 'string' },
  },
});
const root = new URL('../../data/', import.meta.url);
const rows = longTailRows.filter(({ id }) => values.row?.includes(id) ?? true);
const unknown = values.row?.find((id) => !longTailRows.some((row) => row.id === id));
if (unknown !== undefined) {
  throw new RangeError(`--row is ${unknown}; there are ${longTailRows.map(({ id }) => id).join(', ')}`);
}

await mkdir(root, { recursive: true });
const site = await prepareSite(root, { parcels: Number(values.parcels), addresses: 0, streams: 0 });
const outcrop = fileURLToPath(new URL('../../../packages/cli/bin/outcrop.js', import.meta.url));
const siteFolder = fileURLToPath(site.folder);
// The one scan that a new layer gets is no part of an export.
await runMeasured([process.execPath, outcrop, 'layers', siteFolder, '--json'], { folder: siteFolder });
console.log(
  '| row | ours, s | ogr2ogr, s | and zip, s | ours / ogr2ogr | ours / both | processor, s | MB peak | zip, MB |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const row of rows) {
  const folder = await mkdtemp(join(fileURLToPath(root), 'run-'));
  try {
    const result = await measureRow(row, site, folder);
    console.log(tableRow(result));
    if (values.json !== undefined) await appendFile(values.json, `${JSON.stringify(result)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function tableRow(result: LongTailResult): string {
  const { ours_s: ours, ogr2ogr_s: convert, zip_s: zip } = result;
  const cells = [
    result.id,
    ours.toFixed(1),
    convert.toFixed(1),
    zip.toFixed(1),
    (ours / convert).toFixed(2),
    (ours / (convert + zip)).toFixed(2),
    [result.ours_processor_s, result.ogr2ogr_processor_s, result.zip_processor_s]
      .map((seconds) => seconds.toFixed(1))
      .join(' / '),
    `${result.ours_peak_mb.toFixed(0)} / ${result.ogr2ogr_peak_mb.toFixed(0)}`,
    `${result.ours_mb.toFixed(0)} / ${result.rival_mb.toFixed(0)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}
