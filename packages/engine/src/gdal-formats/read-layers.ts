import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runGdal } from '../gdal/run-gdal.ts';
import { type GeometryType, geometryTypes } from '../source/layer.ts';

/** A field as GDAL reads it, its type by the words of a `.csvt`: `Integer64`, `Integer(Boolean)`. */
export interface ReadField {
  readonly name: string;
  readonly type: string;
}

/** A layer as GDAL reads it. */
export interface ReadLayer {
  readonly name: string;
  /** `GEOMETRY` where it is any; null for a table. */
  readonly type: GeometryType | null;
  readonly featureCount: number;
}

/** What to read, and with what. */
export interface ReadOptions {
  readonly drivers: readonly string[];
  readonly args: readonly string[];
  /** Folder for files of a moment. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
}

/** Names, types and counts of a file's layers. Takes a scan of the whole file where its format keeps no count. */
export async function readLayers(path: string, { drivers, args, signal }: ReadOptions): Promise<ReadLayer[]> {
  const command = {
    program: 'ogrinfo',
    args: ['-ro', '-so', '-al', '-noextent', ...args, path],
    drivers,
  } as const;
  const { stdout } = await runGdal(command, { signal });
  const heads = /^Layer name: (.*)\n(?:.*\n)*?Geometry: (.*)\nFeature Count: (\d+)$/gm;
  return [...stdout.matchAll(heads)].map(([, name, type, count]) => ({
    name: name ?? '',
    type: geometryTypeOf(type ?? ''),
    featureCount: Number(count),
  }));
}

/** GDAL's words, such as `3D Measured Multi Polygon`. */
function geometryTypeOf(words: string): GeometryType | null {
  if (words === 'None') return null;
  const type = words.replaceAll(/3D|Measured|\s/g, '').toUpperCase();
  return geometryTypes.find((known) => known === type) ?? 'GEOMETRY';
}

/**
 * The fields of a layer (the file's first where none is named), exactly: GDAL writes them as the head of a CSV and the
 * types beside it, which names cannot forge, unlike what `ogrinfo` prints.
 */
export async function readFields(
  path: string,
  { drivers, args, folder, signal }: ReadOptions,
  layer?: string,
): Promise<ReadField[]> {
  const head = join(folder, `fields-${counter++}.csv`);
  const csv = ['-f', 'CSV', '-lco', 'CREATE_CSVT=YES', '-limit', '0'];
  const command = {
    program: 'ogr2ogr',
    args: [...csv, ...args, head, path, ...(layer === undefined ? [] : [layer])],
    drivers: [...drivers, 'CSV'],
  } as const;
  await runGdal(command, { signal });
  const [names, types] = await Promise.all([readFile(head, 'utf8'), readFile(`${head}t`, 'utf8')]);
  const columns = parseCsvRecord(names);
  return types
    .trim()
    .split(',')
    .map((type, index) => ({ name: columns[index] ?? '', type: type.replace(/\([\d.]+\)$/, '') }))
    .filter(({ type }) => type !== '');
}

let counter = 0;

/** The fields of a CSV's first record (RFC 4180). */
function parseCsvRecord(text: string): string[] {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  for (;;) {
    const match = field.exec(text);
    if (match === null) return fields;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] !== ',') return fields;
  }
}
