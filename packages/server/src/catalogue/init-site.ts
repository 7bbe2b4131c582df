import { rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Document, isSeq } from 'yaml';

import { type Engine, outcropEngine } from '../engine.ts';
import { readableTitle } from './readable-title.ts';
import { readSiteConfig, type SiteConfigFile } from './read-site-config.ts';
import { type FoundLayer, scanFolder, type SkippedSource } from './scan-folder.ts';
import { openSite } from './site.ts';
import { SiteError } from './site-error.ts';
import type { SiteLayer } from './site-layer.ts';
import { sitePaths } from './site-paths.ts';

/** What `initSite` did. */
export interface InitResult {
  readonly configFile: URL;
  readonly layers: SiteLayer[];
  readonly skipped: SkippedSource[];
}

const heading = ` The site's catalogue. Change anything here but the ids: exports and bookmarks use them.
 A layer may also have
   description: text
   licence: { title: CC BY 4.0, type: cc-by, url: https://creativecommons.org/licenses/by/4.0/, attribution: who }
   crop_layer: true        (polygons whose features can be picked as an extent)
   name_field: name        (the field that names them)
 A layer may be a table of a PostGIS database:
   file: postgres://user@host/database
   table: schema.table
 A layer of images or grids may also have
   crs: EPSG:2193          (where its files do not say it)
   kind: grid              (raster, grid or rat: how it is resampled, and its formats)
 The site may also have
   publisher: name
   limits: { max_archive_bytes: 15000000000, max_extent_vertices: 10000 }`;

/**
 * Makes a folder of geodata a site: writes `outcrop.yaml` with a layer for all data that are found. Where there is
 * one, only what is new is added, at its end; ids, words and comments stay.
 *
 * @throws SiteError where the existing file cannot be used.
 */
export async function initSite(folder: URL, engine: Engine = outcropEngine): Promise<InitResult> {
  const paths = sitePaths(folder);
  const existing = await readSiteConfig(paths.configFile);
  const { found, skipped } = await scanFolder(paths.folder, engine, fileURLToPath(paths.cache));
  const document = existing?.document ?? newDocument(basename(fileURLToPath(paths.folder)));
  const fresh = newLayers(found, existing);
  if (fresh.length > 0 || existing === null) {
    appendLayers(document, fresh);
    await replaceFile(paths.configFile, document.toString({ lineWidth: 0 }));
  }
  const site = await openSite(folder, engine);
  await site.close();
  return { configFile: paths.configFile, layers: [...site.layers], skipped: [...skipped] };
}

function newDocument(folderName: string): Document {
  const document = new Document({ title: readableTitle(folderName), prefix: 'kx', layers: [] });
  document.commentBefore = heading;
  return document;
}

function newLayers(
  found: readonly FoundLayer[],
  existing: SiteConfigFile | null,
): ({ id: number } & FoundLayer)[] {
  const layers = existing?.config.layers ?? [];
  const known = new Set(layers.map((layer) => sourceKey(layer.file, layer.table)));
  let lastId = layers.reduce((largest, layer) => Math.max(largest, layer.id), 0);
  return found
    .filter((layer) => !known.has(sourceKey(layer.file, layer.table)))
    .map((layer) => {
      lastId += 1;
      return { id: lastId, ...layer };
    });
}

function sourceKey(file: string, table: string | undefined): string {
  return JSON.stringify([file.replace(/^\.\//, ''), table ?? null]);
}

function appendLayers(document: Document, layers: readonly object[]): void {
  if (document.get('layers') === undefined || document.get('layers') === null) {
    document.set('layers', document.createNode([]));
  }
  const sequence = document.get('layers');
  if (!isSeq(sequence)) {
    throw new SiteError('outcrop.yaml: `layers` must be a list.');
  }
  sequence.flow = sequence.flow === true && sequence.items.length > 0;
  for (const layer of layers) {
    sequence.add(document.createNode(layer));
  }
}

async function replaceFile(file: URL, text: string): Promise<void> {
  const draft = new URL(`${file.href}.new`);
  await writeFile(draft, text);
  await rename(draft, file);
}
