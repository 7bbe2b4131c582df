import type { Dimension, FixtureGeometry } from './geometry.ts';

/** A value of an attribute. Booleans are stored as 0 and 1, dates are text in the form of the specification. */
export type FixtureValue = string | number | bigint | boolean | Uint8Array | null;

/** The column types of GeoPackage 1.3, table 1. */
export type ColumnType =
  | 'BOOLEAN'
  | 'TINYINT'
  | 'SMALLINT'
  | 'MEDIUMINT'
  | 'INT'
  | 'INTEGER'
  | 'FLOAT'
  | 'DOUBLE'
  | 'REAL'
  | 'TEXT'
  | `TEXT(${number})`
  | 'BLOB'
  | `BLOB(${number})`
  | 'DATE'
  | 'DATETIME';

/** A column of attributes. */
export interface ColumnFixture {
  readonly name: string;
  readonly type: ColumnType;
  readonly notNull?: boolean;
}

/** A row: its id where it matters, its geometry (null, absent or empty are all allowed) and its attributes. */
export interface FeatureFixture {
  readonly fid?: number | bigint;
  readonly geometry?: FixtureGeometry | null;
  readonly attributes?: Readonly<Record<string, FixtureValue>>;
}

/** The geometry column of a table. */
export interface GeometryColumnFixture {
  /** @defaultValue `geom` */
  readonly column?: string;
  /** Declared type. @defaultValue `GEOMETRY` */
  readonly type?: Uppercase<FixtureGeometry['type']> | 'GEOMETRY';
  /** EPSG code; 0 is undefined geographic, -1 undefined Cartesian. */
  readonly epsg: number;
  /** The ordinates of every position of the table. @defaultValue `xy` */
  readonly dimension?: Dimension;
  /** The envelope in each geometry's header. Points and empty ones have none. @defaultValue `xy` */
  readonly envelope?: 'none' | 'xy' | 'xyz' | 'xym' | 'xyzm';
  /** @defaultValue `little` */
  readonly byteOrder?: 'little' | 'big';
  /** Whether the table has an R-tree, with its triggers and its row in `gpkg_extensions`. @defaultValue true */
  readonly spatialIndex?: boolean;
}

/** A table: features where it has a geometry column, attributes where it has none. */
export interface TableFixture {
  readonly name: string;
  /** @defaultValue the name */
  readonly identifier?: string;
  readonly description?: string;
  /** Name of the integer primary key. @defaultValue `fid` */
  readonly fidColumn?: string;
  readonly geometry?: GeometryColumnFixture;
  readonly columns?: readonly ColumnFixture[];
  /** Read once, so that large tables can be generated. */
  readonly features: Iterable<FeatureFixture>;
}

/** A whole file. */
export interface GeoPackageFixture {
  readonly tables: readonly TableFixture[];
}
