import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { writeGeoPackage } from '@outcrop/testkit';

import { type ServedFolder, serveFolder } from '../measure/serve-folder.ts';

const samples = fileURLToPath(new URL('../../../samples/site/', import.meta.url));

/** Id of the layer of sheets in `servePageSite`. */
export const sheetsLayer = 50;

/** Serves the demo site with a thousand layers more and a crop layer of five thousand sheets. */
export async function servePageSite(): Promise<ServedFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'outcrop-page-bench-'));
  await cp(samples, folder, { recursive: true, filter: (path) => !path.includes('.outcrop') });
  writeGeoPackage(pathToFileURL(join(folder, 'sheets.gpkg')), {
    tables: [
      {
        name: 'sheets',
        geometry: { type: 'POLYGON', epsg: 4326 },
        columns: [{ name: 'name', type: 'TEXT' }],
        features: Array.from({ length: 5000 }, (_, at) => sheet(at)),
      },
    ],
  });
  const layers = Array.from(
    { length: 1000 },
    (_, at) =>
      `  - { id: ${at + 100}, title: Survey ${at + 1}, file: earthquakes.gpkg, table: earthquakes }\n`,
  );
  const sheets = `  - { id: ${sheetsLayer}, title: Sheets, file: sheets.gpkg, table: sheets, crop_layer: true, name_field: name }\n`;
  await appendFile(join(folder, 'outcrop.yaml'), `${layers.join('')}${sheets}`);
  const site = await serveFolder(folder);
  return {
    url: site.url,
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A square of two degrees, side by side and row on row, wherever that is on the earth. */
function sheet(at: number): {
  readonly geometry: { readonly type: 'Polygon'; readonly coordinates: [number, number][][] };
  readonly attributes: { readonly name: string };
} {
  const [west, south] = [-100 + (at % 100) * 2, -50 + Math.floor(at / 100) * 2];
  const ring: [number, number][] = [
    [west, south],
    [west + 2, south],
    [west + 2, south + 2],
    [west, south + 2],
    [west, south],
  ];
  return { geometry: { type: 'Polygon', coordinates: [ring] }, attributes: { name: `Sheet ${at}` } };
}
