import { type GeoPackageTable, hasCode, type RasterFile, type RasterKind } from '@outcrop/engine';

import type { Engine } from '../engine.ts';
import type { LayerSource } from './site-layer.ts';
import { withoutFolder } from './without-folder.ts';

type Listing = ReturnType<Engine['listGeoPackageTables']>;

/** Where to read a layer's source. */
export interface SourceLocation {
  readonly path: string;
  readonly table: string | null;
  readonly kind: RasterKind | null;
  readonly crs: string | null;
}

/**
 * Reads what layers are made of, again only when their file has changed. A source that cannot be read is an answer,
 * not an exception: the site goes on without it.
 */
export class SourceReader {
  readonly #engine: Engine;
  readonly #folder: URL;
  readonly #listings = new Map<string, { version: number; listing: Listing }>();

  /** @param folder the site folder, which is left out of the reasons: they are shown to everyone. */
  constructor(engine: Engine, folder: URL) {
    this.#engine = engine;
    this.#folder = folder;
  }

  /** The source of a layer now. */
  read(location: SourceLocation): LayerSource {
    try {
      if (location.table === null) {
        const version = this.#engine.rasterVersion(location.path);
        return { source: rasterFile(location), version, unavailable: null };
      }
      const version = this.#engine.sourceVersion(location.path);
      return { source: this.#findTable(location.path, location.table, version), version, unavailable: null };
    } catch (error) {
      return { source: null, version: null, unavailable: this.#describe(error) };
    }
  }

  #findTable(path: string, table: string, version: number): GeoPackageTable {
    const listing = this.#list(path, version);
    const found = listing.tables.find((one) => one.table === table);
    if (found === undefined) {
      const skipped = listing.skipped.find((one) => one.table === table);
      throw new Error(
        skipped?.reason ?? `There is no table ${JSON.stringify(table)} in the file; correct outcrop.yaml.`,
      );
    }
    return found;
  }

  #list(path: string, version: number): Listing {
    const known = this.#listings.get(path);
    if (known?.version === version) {
      return known.listing;
    }
    const listing = this.#engine.listGeoPackageTables(path);
    this.#listings.set(path, { version, listing });
    return listing;
  }

  #describe(error: unknown): string {
    if (hasCode(error, 'ENOENT')) {
      return 'The file is not there; put it back or correct outcrop.yaml.';
    }
    const message = error instanceof Error ? error.message : String(error);
    return withoutFolder(message, this.#folder);
  }
}

/** The raster of a location. */
export function rasterFile({ path, kind, crs }: Omit<SourceLocation, 'table'>): RasterFile {
  return { path, kind: kind ?? 'raster', ...(crs !== null && { crs }) };
}
