import { stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { BenchSite } from '../data/prepare-site.ts';
import { type Measurement, runMeasured } from '../measure/run-measured.ts';
import type { BenchRow } from './row.ts';

const outcrop = fileURLToPath(new URL('../../../packages/cli/bin/outcrop.js', import.meta.url));

/** A measurement with the size of what it made, in bytes. */
export interface SizedMeasurement extends Measurement {
  readonly bytes: number | null;
}

/** Exports a row with `outcrop run`: request in, zip with manifest and report out. */
export async function runOurs(row: BenchRow, site: BenchSite, folder: string): Promise<SizedMeasurement> {
  const region = row.regionVertices === null ? undefined : site.regions.get(row.regionVertices);
  const request = {
    name: row.id,
    crs: `EPSG:${row.epsg}`,
    formats: { vector: row.format.mimetype },
    items: [{ item: 'layers/1' }],
    ...(region === undefined ? {} : { extent: region }),
  };
  await writeFile(`${folder}/request.json`, JSON.stringify(request));
  const siteFolder = fileURLToPath(site.folder);
  const command = [
    process.execPath,
    outcrop,
    'run',
    'request.json',
    '--site',
    siteFolder,
    '--output',
    'ours.zip',
  ] as const;
  const measurement = await runMeasured(command, { folder });
  return { ...measurement, bytes: (await stat(`${folder}/ours.zip`)).size };
}

/** Lists the layers once, so that the one scan of each that a site makes when it is new is no part of an export. */
export async function surveySite(site: BenchSite): Promise<void> {
  const folder = fileURLToPath(site.folder);
  await runMeasured([process.execPath, outcrop, 'layers', folder, '--json'], { folder });
}
