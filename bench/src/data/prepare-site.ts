import { mkdir, rename, stat, writeFile } from 'node:fs/promises';

import { type TableFixture, writeGeoPackage } from '@outcrop/testkit';

import { linesTable } from './lines.ts';
import { parcelsTable } from './parcels.ts';
import { pointsTable } from './points.ts';
import { coastRegion, type RegionGeometry } from './region.ts';
import { parcelSquare } from './study-area.ts';

/** A part of the parcels' square that a region of this radius, as a part of the square's width, holds: a quarter. */
const quarterRadius = 0.282;

/** What a benchmark needs on disk. */
export interface BenchSite {
  readonly folder: URL;
  readonly parcels: URL;
  readonly regions: ReadonlyMap<number, RegionGeometry>;
}

/** What to generate. */
export interface SiteSize {
  readonly parcelCount: number;
  readonly pointCount: number;
  readonly lineCount: number;
}

/** Vertices of a line; those of issue-size data sets. */
const lineVertices = 1000;
const regionVertices = [5, 400, 20_000] as const;

/** Generates the data sets of a size into a site folder, once: a file that is there is used again. */
export async function prepareSite(root: URL, size: SiteSize): Promise<BenchSite> {
  const folder = new URL(`site-${size.parcelCount}-${size.pointCount}-${size.lineCount}/`, root);
  await mkdir(folder, { recursive: true });
  const parcels = new URL('parcels.gpkg', folder);
  const layers = [await writeOnce(parcels, () => parcelsTable(size.parcelCount))];
  if (size.pointCount > 0) {
    layers.push(await writeOnce(new URL('addresses.gpkg', folder), () => pointsTable(size.pointCount)));
  }
  if (size.lineCount > 0) {
    layers.push(
      await writeOnce(new URL('streams.gpkg', folder), () => linesTable(size.lineCount, lineVertices)),
    );
  }
  await writeFile(new URL('outcrop.yaml', folder), siteFile(layers));
  const radius = quarterRadius * parcelSquare(size.parcelCount);
  return {
    folder,
    parcels,
    regions: new Map(regionVertices.map((count) => [count, coastRegion(count, radius)])),
  };
}

async function writeOnce(file: URL, table: () => TableFixture): Promise<string> {
  const name = table().name;
  if ((await stat(file).catch(() => null)) === null) {
    const partial = new URL(`${file.href}.part`);
    writeGeoPackage(partial, { tables: [table()] });
    await rename(partial, file);
  }
  return name;
}

function siteFile(tables: readonly string[]): string {
  const layers = tables.flatMap((table, index) => [
    `  - id: ${index + 1}`,
    `    title: ${table}`,
    `    file: ${table}.gpkg`,
    `    table: ${table}`,
  ]);
  return ['title: Benchmark', 'prefix: bench', 'layers:', ...layers, ''].join('\n');
}
