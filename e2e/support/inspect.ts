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
  const { exitCode, stdout, stderr } = await runProgram('ogrinfo', ['-json', '-so', '-al', file]);
  if (exitCode !== 0 || stderr.trim() !== '') throw new Error(`ogrinfo ${file}: ${stderr}`);
  const { layers } = JSON.parse(stdout) as { layers: RawLayer[] };
  return layers.map(({ name, featureCount, fields, geometryFields }) => ({
    name,
    featureCount,
    fields: fields.map((field) => field.name),
    crs: crsOf(geometryFields?.[0]),
    extent: geometryFields?.[0]?.extent ?? null,
  }));
}

interface RawLayer {
  readonly name: string;
  readonly featureCount: number;
  readonly fields: readonly { readonly name: string }[];
  readonly geometryFields?: readonly RawGeometryField[];
}

interface RawGeometryField {
  readonly extent?: readonly number[];
  readonly coordinateSystem?: {
    readonly projjson?: { readonly id?: { readonly authority: string; readonly code: number } };
  };
}

function crsOf(field: RawGeometryField | undefined): string | null {
  const id = field?.coordinateSystem?.projjson?.id;
  return id === undefined ? null : `${id.authority}:${id.code}`;
}
