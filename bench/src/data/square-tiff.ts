import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** A square raster of pixels of 1 m, 8-bit red, green and blue, in EPSG:2193. */
export interface SquareTiff {
  readonly path: string;
  readonly side: number;
  /** Of its upper left corner. */
  readonly left: number;
  readonly top: number;
  /** Creation options of the GeoTIFF. */
  readonly options?: readonly string[];
}

/** Makes a GeoTIFF of pixels that are written to a file, band by band of each pixel, row by row from the top. */
export function makeSquareTiff(
  { path, side, left, top, options = [] }: SquareTiff,
  writePixels: (raw: string) => void,
): void {
  const raw = `${path}.bip`;
  rmSync(raw, { force: true });
  writePixels(raw);
  writeFileSync(
    `${path}.hdr`,
    `ENVI\nsamples = ${side}\nlines = ${side}\nbands = 3\ndata type = 1\ninterleave = bip\nbyte order = 0\n`,
  );
  const place = ['-a_srs', 'EPSG:2193', '-a_ullr', left, top, left + side, top - side].map(String);
  const creation = options.flatMap((option) => ['-co', option]);
  execFileSync('gdal_translate', ['-q', '-of', 'GTiff', ...place, ...creation, raw, `${path}.new`]);
  renameSync(`${path}.new`, path);
  for (const made of [raw, `${path}.hdr`]) rmSync(made);
}
