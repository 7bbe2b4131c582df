import { mkdir } from 'node:fs/promises';

import { runProgram } from './run-outcrop.ts';

/** What GDAL says of a layer. */
export interface LayerInfo {
  readonly name: string;
  readonly featureCount: number;
  readonly fields: readonly string[];
  /** Authority and code, such as `EPSG:2193`; null where there is none. */
  readonly crs: string | null;
  readonly extent: readonly number[] | null;
}

/** Unpacks an archive after `unzip` has tested it. */
export async function unpack(archive: string, folder: string): Promise<void> {
  const test = await runProgram('unzip', ['-tq', archive]);
  if (test.exitCode !== 0) throw new Error(`unzip -t ${archive}: ${test.stdout}${test.stderr}`);
  await mkdir(folder, { recursive: true });
  const { exitCode, stderr } = await runProgram('unzip', ['-oq', archive, '-d', folder]);
  if (exitCode !== 0) throw new Error(`unzip ${archive}: ${stderr}`);
}

/** The layers of a file, as GDAL reads them. Any warning of GDAL's is a failure. */
export async function inspect(file: string): Promise<LayerInfo[]> {
  // The text, as the JSON of ogrinfo came with GDAL 3.7 only.
  const { exitCode, stdout, stderr } = await runProgram('ogrinfo', ['-so', '-al', file]);
  if (exitCode !== 0 || stderr.trim() !== '') throw new Error(`ogrinfo ${file}: ${stderr}`);
  return stdout
    .split(/^(?=Layer name: )/m)
    .slice(1)
    .map(readLayer);
}

function readLayer(text: string): LayerInfo {
  const first = (pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null;
  const code = first(/^ {4}ID\["EPSG",(\d+)\]\]$/m);
  const [, ...extent] = /^Extent: \((\S+), (\S+)\) - \((\S+), (\S+)\)$/m.exec(text) ?? [];
  return {
    name: first(/^Layer name: (.*)$/m) ?? '',
    featureCount: Number(first(/^Feature Count: (\d+)$/m)),
    fields: Array.from(text.matchAll(/^(\S+): [A-Z]\w+(?:\(\w+\))? \(\d+\.\d+\)/gm), ([, name = '']) => name),
    crs: code === null ? null : `EPSG:${code}`,
    extent: extent.length === 4 ? extent.map(Number) : null,
  };
}
