import { mkdir, rename, stat, writeFile } from 'node:fs/promises';

import { type TableFixture, writeGeoPackage } from '@outcrop/testkit';

import { linesTable } from './lines.ts';
import { parcelsTable } from './parcels.ts';
import { pointsTable } from './points.ts';
import { coastRegion, type RegionGeometry } from './region.ts';
import { parcelSquare } from './study-area.ts';

/** A part of the parcels' square that a region of this radius, as a part of the square's width, holds: a quarter. */
const quarterRadius = 0.282;
const lineVertices = 1000;

/** The layers that may be generated. */
export const layerNames = ['parcels', 'addresses', 'streams'] as const;
/** One of them; its table has the same name. */
export type LayerName = (typeof layerNames)[number];

/** How many features of each layer to generate; a layer of none is not there. */
export type SiteSize = Readonly<Record<LayerName, number>>;

/** What a benchmark needs on disk. */
export interface BenchSite {
  readonly folder: URL;
  /** The GeoPackage of a layer. */
  layer(name: LayerName): URL;
  /** The id of a layer in the site. */
  layerId(name: LayerName): number;
  /** A region with so many vertices that holds about a quarter of the parcels, EPSG:4326. */
  region(vertexCount: number): RegionGeometry;
}

/** Generates the data sets of a size into a site folder, once: a file that is there is used again. */
export async function prepareSite(root: URL, size: SiteSize): Promise<BenchSite> {
  const folder = new URL(`site-${size.parcels}-${size.addresses}-${size.streams}/`, root);
  await mkdir(folder, { recursive: true });
  const file = (name: LayerName): URL => new URL(`${name}.gpkg`, folder);
  const present = layerNames.filter((name) => size[name] > 0);
  for (const name of present) await writeOnce(file(name), () => tableOf(name, size[name]));
  await writeFile(new URL('outcrop.yaml', folder), siteFile(present));
  const radius = quarterRadius * parcelSquare(size.parcels);
  return {
    folder,
    layer: file,
    layerId: (name) => layerNames.indexOf(name) + 1,
    region: (vertexCount) => coastRegion(vertexCount, radius),
  };
}

function tableOf(name: LayerName, count: number): TableFixture {
  if (name === 'parcels') return parcelsTable(count);
  return name === 'addresses' ? pointsTable(count) : linesTable(count, lineVertices);
}

async function writeOnce(file: URL, table: () => TableFixture): Promise<void> {
  if ((await stat(file).catch(() => null)) !== null) return;
  const partial = new URL(`${file.href}.part`);
  writeGeoPackage(partial, { tables: [table()] });
  await rename(partial, file);
}

function siteFile(layers: readonly LayerName[]): string {
  const entries = layers.flatMap((name) => [
    `  - id: ${layerNames.indexOf(name) + 1}`,
    `    title: ${name}`,
    `    file: ${name}.gpkg`,
    `    table: ${name}`,
  ]);
  return ['title: Benchmark', 'prefix: bench', 'layers:', ...entries, ''].join('\n');
}
