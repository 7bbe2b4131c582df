import type { Kind } from '@outcrop/contract';

import type { PostgisTable } from '../postgis/postgis-table.ts';

/** The types a field can have; every source's own types are mapped to these. */
export const fieldTypes = [
  'boolean',
  'integer',
  'integer64',
  'real',
  'text',
  'date',
  'datetime',
  'blob',
] as const;

/** The type of a field. */
export type FieldType = (typeof fieldTypes)[number];

/** A column of attributes. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Declared largest number of characters of a text, where there is one. */
  readonly maxLength?: number;
}

/** The geometry types a layer can declare; `GEOMETRY` is any. */
export const geometryTypes = [
  'GEOMETRY',
  'POINT',
  'LINESTRING',
  'POLYGON',
  'MULTIPOINT',
  'MULTILINESTRING',
  'MULTIPOLYGON',
  'GEOMETRYCOLLECTION',
] as const;

/** A declared geometry type. */
export type GeometryType = (typeof geometryTypes)[number];

/** The geometry column of a vector layer. */
export interface GeometryColumn {
  readonly name: string;
  readonly type: GeometryType;
  /** 2 prohibited, mandatory or optional, as the source declares; data decide. */
  readonly hasZ: boolean;
  readonly hasM: boolean;
  /** `EPSG:n`, or null where the source does not say or says something that is not EPSG. */
  readonly crs: string | null;
}

/** One table of a GeoPackage file, as its own tables of contents describe it. Plain data: it crosses process borders. */
export interface GeoPackageTable {
  readonly path: string;
  readonly table: string;
  readonly kind: Extract<Kind, 'vector' | 'table'>;
  /** The column that identifies a row: the integer primary key, or `rowid`. */
  readonly fidColumn: string;
  readonly geometry: GeometryColumn | null;
  readonly fields: readonly Field[];
  readonly identifier: string | null;
  readonly description: string | null;
}

/** A raster: one file, or a folder whose files are its tiles. Plain data: it crosses process borders. */
export interface RasterFile {
  readonly path: string;
  readonly kind: RasterKind;
  /** The CRS to assume, `EPSG:n`, whatever the files say. */
  readonly crs?: string;
}

/** The kinds of data that are pixels. */
export type RasterKind = Extract<Kind, 'raster' | 'grid' | 'rat'>;

/** A licence as it goes into the archive. */
export interface Licence {
  readonly title: string;
  readonly type: string;
  readonly url: string | null;
  /** The words the licence asks for, such as an attribution. */
  readonly attribution: string | null;
  /** The whole text, where the site has it. */
  readonly text: string | null;
}

/** What the engine needs to know of a layer to export it: where its data are, and what its archive must say. */
export interface Layer {
  readonly id: number;
  readonly kind: Kind;
  readonly title: string;
  readonly description: string;
  readonly publisher: string;
  /** The layer's address on its site. */
  readonly url: string;
  /** Changes when the data change. */
  readonly version: number;
  readonly licence: Licence | null;
  readonly source: GeoPackageTable | RasterFile | PostgisTable;
}
