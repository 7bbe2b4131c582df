import { rm, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { BenchSite } from '../data/prepare-site.ts';
import { runMeasured, type SizedMeasurement } from '../measure/run-measured.ts';
import type { BenchRow } from './row.ts';

const outcrop = fileURLToPath(new URL('../../../packages/cli/bin/outcrop.js', import.meta.url));

/** Where and on how many cores ours runs. */
export interface OurRun {
  readonly site: BenchSite;
  /** For the request and the archive, which is removed again. */
  readonly folder: string;
  /** Only on the first core. */
  readonly isOnOneCore?: boolean;
}

/** Exports a row with `outcrop run`: request in, zip with manifest and report out. */
export async function runOurs(
  row: BenchRow,
  { site, folder, isOnOneCore = false }: OurRun,
): Promise<SizedMeasurement> {
  const request = {
    name: row.id,
    crs: `EPSG:${row.epsg}`,
    formats: { vector: row.format.mimetype },
    items: [{ item: `layers/${site.layerId(row.layer)}` }],
    ...(row.regionVertices === null ? {} : { extent: site.region(row.regionVertices) }),
  };
  await writeFile(`${folder}/request.json`, JSON.stringify(request));
  const measurement = await runMeasured(
    [
      ...(isOnOneCore ? (['taskset', '--cpu-list', '0'] as const) : []),
      process.execPath,
      outcrop,
      'run',
      'request.json',
      '--site',
      fileURLToPath(site.folder),
      '--output',
      'ours.zip',
    ] as [string, ...string[]],
    { folder },
  );
  const { size } = await stat(`${folder}/ours.zip`);
  await rm(`${folder}/ours.zip`);
  return { ...measurement, bytes: size };
}

/** Lists the layers once, so that the one scan of each that a site makes when it is new is no part of an export. */
export async function surveySite(site: BenchSite): Promise<void> {
  const folder = fileURLToPath(site.folder);
  await runMeasured([process.execPath, outcrop, 'layers', folder, '--json'], { folder });
}
