import { runGdal } from '../gdal/run-gdal.ts';
import { sourceDrivers } from './raster-drivers.ts';

/**
 * The EPSG code of a raster whose CRS is written out without one, as `.prj` files do: by GDAL's search for what is
 * equal to it. Null where there is no such.
 */
export async function findEpsg(path: string): Promise<string | null> {
  const command = {
    program: 'gdalsrsinfo',
    args: ['-e', '-o', 'epsg', path],
    drivers: sourceDrivers,
  } as const;
  const { stdout } = await runGdal(command, { toleratesErrors: true }).catch(() => ({ stdout: '' }));
  const codes = [...stdout.matchAll(/EPSG:([1-9]\d*)/g)].map(([code]) => code);
  // Several are guesses.
  return codes.length === 1 ? codes[0]! : null;
}
