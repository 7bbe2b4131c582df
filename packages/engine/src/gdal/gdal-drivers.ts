import { EngineError } from '../engine-error.ts';
import { spawnGdal } from './spawn-gdal.ts';

/** A driver of this machine's GDAL. */
export interface GdalDriver {
  readonly name: string;
  readonly isRaster: boolean;
  readonly isVector: boolean;
  readonly canRead: boolean;
  readonly canWrite: boolean;
}

/** This machine's GDAL. */
export interface GdalInstallation {
  readonly drivers: ReadonlyMap<string, GdalDriver>;
}

/** What to say where GDAL is missing. */
export const gdalRemedy =
  'Install GDAL 3.4 or newer: `apt-get install gdal-bin` on Debian and Ubuntu, `brew install gdal` on macOS, `conda install -c conda-forge gdal` elsewhere.';

let installation: Promise<GdalInstallation | null> | undefined;

/** What this machine's GDAL is and can do; null where there is none. Looked up once in each process. */
export function findGdal(): Promise<GdalInstallation | null> {
  installation ??= inspectGdal();
  return installation;
}

/**
 * This machine's GDAL.
 *
 * @throws EngineError `gdal-missing`
 */
export async function requireGdal(): Promise<GdalInstallation> {
  const found = await findGdal();
  if (found === null) throw new EngineError('gdal-missing', `This machine has no GDAL. ${gdalRemedy}`);
  return found;
}

/** The drivers that a command must not use: all but those that it is allowed. */
export function skippedDrivers({ drivers }: GdalInstallation, allowed: readonly string[]): string[] {
  const wanted = new Set(allowed);
  return [...drivers.keys()].filter((name) => !wanted.has(name));
}

async function inspectGdal(): Promise<GdalInstallation | null> {
  const [rasters, vectors] = await Promise.all([
    outputOf('gdalinfo', '--formats'),
    outputOf('ogrinfo', '--formats'),
  ]);
  if (rasters == null || vectors == null) return null;
  return { drivers: parseDrivers(`${rasters}\n${vectors}`) };
}

/** Reads the lists that `--formats` prints: `  GTiff -raster- (rw+vs): GeoTIFF`. */
export function parseDrivers(text: string): Map<string, GdalDriver> {
  const drivers = new Map<string, GdalDriver>();
  for (const line of text.split('\n')) {
    const match = /^ {2}(\S.*?) -([\w, ]+)- \(([a-z+]+)\):/.exec(line);
    if (match === null) continue;
    const [, name, kinds, rights] = match as unknown as [string, string, string, string];
    drivers.set(name, {
      name,
      isRaster: kinds.split(',').includes('raster'),
      isVector: kinds.split(',').includes('vector'),
      canRead: rights.startsWith('r'),
      canWrite: rights.includes('w'),
    });
  }
  return drivers;
}

async function outputOf(program: string, argument: string): Promise<string | null> {
  const child = spawnGdal(program, [argument], { skipped: [] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  child.stderr.resume();
  child.stdin.end();
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code === 0 ? text : null));
  });
}
