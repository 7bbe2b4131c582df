import { copyFile, writeFile } from 'node:fs/promises';

import { packageFile } from './read-json.ts';

/** Pixels of the picture that the package ships; it covers the whole world. */
const size = { width: 4096, height: 2048 } as const;

/** What GDAL reads beside a picture: the CRS, in which the file's x is the second axis. */
const auxiliary = `<PAMDataset>
  <SRS dataAxisToSRSAxisMapping="2,1">EPSG:4326</SRS>
</PAMDataset>
`;

/** Writes the picture as it is, with a world file that says where it lies and a file that says in which CRS. */
export async function writeBlueMarble(file: URL): Promise<void> {
  const pixel = { x: 360 / size.width, y: 180 / size.height };
  // A world file gives the centre of the first pixel, not its corner.
  const lines = [pixel.x, 0, 0, -pixel.y, -180 + pixel.x / 2, 90 - pixel.y / 2];
  await copyFile(packageFile('three-globe', 'example/img/earth-blue-marble.jpg'), file);
  await writeFile(new URL(file.href.replace(/\.jpg$/, '.jgw')), `${lines.join('\n')}\n`);
  await writeFile(new URL(`${file.href}.aux.xml`), auxiliary);
}
