export type {
  ColumnFixture,
  ColumnType,
  FeatureFixture,
  FixtureValue,
  GeometryColumnFixture,
  GeoPackageFixture,
  TableFixture,
} from './geopackage/fixture.ts';
export { exportProcessesOf } from './export-processes.ts';
export { freePort } from './free-port.ts';
export type { Coordinates, Dimension, FixtureGeometry } from './geopackage/geometry.ts';
export { writeGeoPackage } from './geopackage/write-geopackage.ts';
export { findPostgres, type PostgresCluster, startPostgres } from './postgres-cluster.ts';
export { type Interception, startS3, type TestS3, testS3Credentials } from './s3/start-s3.ts';
export { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';
