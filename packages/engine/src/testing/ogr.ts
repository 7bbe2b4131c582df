import { spawnSync } from 'node:child_process';

import { childEnvironment } from '../child-environment.ts';

/** A feature as GDAL reads it. */
export interface OgrFeature {
  readonly properties: Readonly<Record<string, unknown>>;
  /** GeoJSON text; null where there is none. */
  readonly geometry: string | null;
}

/** Runs a program of GDAL and returns what it printed; an error is a failure, and a warning too where that matters. */
export function runGdal(
  program: string,
  args: readonly string[],
  options: { noWarnings?: boolean } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: childEnvironment(),
    maxBuffer: 1 << 29,
  });
  if (error !== undefined) throw error;
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const complaints = lines.filter((line) => options.noWarnings === true || line.startsWith('ERROR'));
  if (status !== 0 || complaints.length > 0) throw new Error(`${program} ${args.join(' ')}\n${stderr}`);
  return stdout;
}

/** Reads all features of a source with GDAL, unrounded. */
export function readWithOgr(path: string, layer?: string): OgrFeature[] {
  // Coordinates as they are: without -a_srs the driver would turn them to longitude and latitude.
  const options = '-f GeoJSONSeq -lco COORDINATE_PRECISION=15 -lco RS=NO -a_srs EPSG:4326 /vsistdout/'.split(
    ' ',
  );
  const text = runGdal('ogr2ogr', [...options, path, ...(layer === undefined ? [] : [layer])]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { id, properties, geometry } = JSON.parse(exactIntegers(line)) as {
        id?: number;
        properties: object;
        geometry: unknown;
      };
      // The driver leaves a property `id` out where it equals the feature's.
      return {
        properties: { id, ...properties },
        geometry: geometry === null ? null : JSON.stringify(geometry),
      };
    });
}

/** Integers that a double cannot hold as texts, so that no digit is lost. */
function exactIntegers(line: string): string {
  return line.replaceAll(/(": )(-?\d{16,})(?=[ ,}])/g, '$1"$2"');
}

/** The geometries of a source as WKT, with Z and M, by the field `nr`; several where features share one. */
export function readWkts(path: string, layer?: string): Map<number, string[]> {
  const wkts = new Map<number, string[]>();
  // An empty GeoJSON has no fields that could be selected.
  if (
    /Feature Count: 0/.test(
      runGdal('ogrinfo', ['-ro', '-so', '-al', path, ...(layer === undefined ? [] : [layer])]),
    )
  )
    return wkts;
  const options = '-f CSV /vsistdout/ -lco GEOMETRY=AS_WKT -lco SEPARATOR=TAB -select nr'.split(' ');
  const text = runGdal('ogr2ogr', [...options, path, ...(layer === undefined ? [] : [layer])]);
  for (const line of text.split('\n').slice(1)) {
    if (line === '') continue;
    const [wkt, nr] = line.split('\t') as [string, string];
    const key = Number(nr.replaceAll('"', ''));
    wkts.set(key, [...(wkts.get(key) ?? []), wkt.replaceAll('"', '')]);
  }
  return wkts;
}
