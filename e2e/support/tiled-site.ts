import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runProgram } from './run-outcrop.ts';

/** A site folder `site` with two tiles of heights side by side, and a file that is no image. It has no configuration yet. */
export async function writeTiledSite(folder: string): Promise<string> {
  const site = join(folder, 'site');
  await mkdir(join(site, 'heights'), { recursive: true });
  for (const [index, name] of ['BX15', 'BX16'].entries()) {
    const rows = Array.from({ length: 20 }, (_, row) =>
      Array.from({ length: 20 }, (__, column) => row * 7 + column + index).join(' '),
    );
    const head = `ncols 20\nnrows 20\nxllcorner ${1_700_000 + index * 200}\nyllcorner 5500000\ncellsize 10\nNODATA_value -9999\n`;
    await writeFile(join(site, 'heights', `${name}.asc`), `${head}${rows.join('\n')}\n`);
    await writeFile(
      join(site, 'heights', `${name}.prj`),
      (await runProgram('gdalsrsinfo', ['-o', 'wkt_esri', 'EPSG:2193'])).stdout.trim(),
    );
  }
  await writeFile(join(site, 'broken.tif'), 'not an image');
  return site;
}
