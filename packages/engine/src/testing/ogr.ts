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
      const { id, properties, geometry } = JSON.parse(line) as {
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
