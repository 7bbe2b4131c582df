import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

import { runProgram } from './run-outcrop.ts';

/** Makes a GeoPackage with so many points that an export of them can be interrupted. */
export async function makeLargeLayer(folder: string, pointCount: number): Promise<void> {
  const csv = join(folder, '..', 'points.csv');
  const out = createWriteStream(csv);
  out.write('x,y,number,words\n');
  for (let number = 0; number < pointCount; number += 1) {
    const x = 1_000_000 + (number % 1000) * 900.5;
    const y = 4_800_000 + Math.floor(number / 1000) * 1300.25;
    if (!out.write(`${x},${y},${number},"some words of point ${number}"\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  const target = join(folder, 'points.gpkg');
  const options = [
    '-oo',
    'X_POSSIBLE_NAMES=x',
    '-oo',
    'Y_POSSIBLE_NAMES=y',
    '-oo',
    'AUTODETECT_TYPE=YES',
    '-a_srs',
    'EPSG:2193',
  ];
  const { exitCode, stderr } = await runProgram('ogr2ogr', [
    '-f',
    'GPKG',
    target,
    csv,
    '-nln',
    'points',
    ...options,
  ]);
  if (exitCode !== 0) throw new Error(`ogr2ogr could not make ${target}: ${stderr}`);
}
