export type {
  ColumnFixture,
  ColumnType,
  FeatureFixture,
  FixtureValue,
  GeometryColumnFixture,
  GeoPackageFixture,
  TableFixture,
} from './geopackage/fixture.ts';
export type { Coordinates, Dimension, FixtureGeometry } from './geopackage/geometry.ts';
export { writeGeoPackage } from './geopackage/write-geopackage.ts';
export { findPostgres, type PostgresCluster, startPostgres } from './postgres-cluster.ts';
export { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';
