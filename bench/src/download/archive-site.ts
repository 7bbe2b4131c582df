import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Client, Export } from '@outcrop/client';

import { makeSquareTiff } from '../data/square-tiff.ts';
import { serveFolder } from '../measure/serve-folder.ts';

/** A site with an export that is complete. */
export interface ArchiveSite extends AsyncDisposable {
  readonly url: string;
  readonly exportId: number;
  /** Where the API has its archive. */
  readonly archiveUrl: URL;
  readonly archiveBytes: number;
}

/** Serves a site with an archive of about so many megabytes: of a raster of noise, which nothing makes smaller. */
export async function serveArchive(root: string, megabytes: number): Promise<ArchiveSite> {
  const folder = join(root, `archive-${megabytes}`);
  mkdirSync(folder, { recursive: true });
  makeNoise(join(folder, 'noise.tif'), Math.round(Math.sqrt((megabytes * 1e6) / 3)));
  writeFileSync(
    join(folder, 'outcrop.yaml'),
    'title: Noise\nlayers:\n  - { id: 1, title: Noise, file: noise.tif, kind: raster }\n',
  );
  const site = await serveFolder(folder);
  const exportId = await exportOf(new Client(site.url, { apiKey: null }));
  const archiveUrl = new URL(`services/api/v1/exports/${exportId}/download/`, site.url);
  const { headers } = await fetch(archiveUrl, { method: 'HEAD' });
  return {
    url: site.url,
    exportId,
    archiveUrl,
    archiveBytes: Number(headers.get('content-length')),
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

/** The id of that of an earlier run, or of a new one. */
async function exportOf(client: Client): Promise<number> {
  for await (const earlier of client.exports.list()) {
    if (earlier.state === 'complete') return Number(earlier.id);
  }
  const wanted = new Export({ crs: 'EPSG:2193', formats: { raster: 'image/tiff;subtype=geotiff' } });
  await client.exports.create(wanted.addItem(await client.layers.get(1)));
  return Number((await wanted.wait()).id);
}

function makeNoise(path: string, side: number): void {
  if (existsSync(path)) return;
  makeSquareTiff({ path, side, left: 1_700_000, top: 5_500_000 }, (raw) => {
    for (let row = 0; row < side; row++) writeFileSync(raw, randomBytes(side * 3), { flag: 'a' });
  });
}
