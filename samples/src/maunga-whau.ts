import { writeFile } from 'node:fs/promises';

import { readJson } from './read-json.ts';

interface Volcano {
  readonly width: number;
  readonly height: number;
  readonly values: readonly number[];
}

/** South-west corner in New Zealand Map Grid, as users of R's `volcano` data place it, and the spacing, in metres. */
const placement = { x: 2667400, y: 6478700, cellSize: 10 } as const;

/** EPSG:27200 in the words that ESRI programs use. */
const newZealandMapGrid =
  'PROJCS["GD_1949_New_Zealand_Map_Grid",GEOGCS["GCS_New_Zealand_1949",DATUM["D_New_Zealand_1949",' +
  'SPHEROID["International_1924",6378388.0,297.0]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],' +
  'PROJECTION["New_Zealand_Map_Grid"],PARAMETER["False_Easting",2510000.0],PARAMETER["False_Northing",6023150.0],' +
  'PARAMETER["Longitude_Of_Origin",173.0],PARAMETER["Latitude_Of_Origin",-41.0],UNIT["Meter",1.0]]';

/** Writes the elevation grid of Maunga Whau as an ASCII grid with its `.prj`. */
export async function writeMaungaWhau(file: URL): Promise<void> {
  const { width, height, values } = readJson<Volcano>('vega-datasets', 'data/volcano.json');
  const header = [
    `ncols ${height}`,
    `nrows ${width}`,
    `xllcorner ${placement.x}`,
    `yllcorner ${placement.y}`,
    `cellsize ${placement.cellSize}`,
    'NODATA_value -9999',
  ];
  // The data run from south to north along each of `height` lines, and the lines from west to east. The file runs
  // from north to south, and from west to east in each row.
  const rows = Array.from({ length: width }, (_, row) =>
    Array.from({ length: height }, (_, column) => values[column * width + (width - 1 - row)]).join(' '),
  );
  await writeFile(file, `${[...header, ...rows].join('\n')}\n`);
  await writeFile(new URL(file.href.replace(/\.asc$/, '.prj')), newZealandMapGrid);
}
