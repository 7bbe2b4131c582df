import { writeGeoPackage, type Coordinates, type FeatureFixture } from '@outcrop/testkit';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';

import { cutAtAntimeridian } from './cut-at-antimeridian.ts';
import { orientRings } from './orient-rings.ts';
import { readJson } from './read-json.ts';
import { loadRepair } from './repair-polygons.ts';

type Polygon = readonly (readonly Coordinates[])[];
type World = Topology<{ countries: GeometryCollection<{ name: string }> }>;

/**
 * Writes the countries of Natural Earth 1:10m, one MultiPolygon each. The Vatican, whose outline has no area left on
 * the grid of the TopoJSON, is not there.
 */
export async function writeCountries(file: URL): Promise<void> {
  const repair = await loadRepair();
  const world = readJson<World>('world-atlas', 'countries-10m.json');
  const { features } = feature(world, world.objects.countries);
  writeGeoPackage(file, {
    tables: [
      {
        name: 'countries',
        identifier: 'Countries',
        description: 'Countries of Natural Earth 1:10m',
        geometry: { type: 'MULTIPOLYGON', epsg: 4326 },
        columns: [
          { name: 'name', type: 'TEXT(80)' },
          { name: 'iso_n3', type: 'TEXT(3)' },
        ],
        features: features
          .map(({ id, properties, geometry }, index) => ({
            fid: index + 1,
            attributes: { name: properties.name, iso_n3: id === undefined ? null : String(id) },
            polygons: repair(polygonsOf(geometry).flatMap(cutAtAntimeridian)),
          }))
          .filter(({ polygons }) => polygons.length > 0)
          .map(({ fid, attributes, polygons }): FeatureFixture => ({
            fid,
            attributes,
            geometry: { type: 'MultiPolygon', coordinates: polygons.map(orientRings) },
          })),
      },
    ],
  });
}

function polygonsOf(geometry: { type: string; coordinates?: unknown }): readonly Polygon[] {
  switch (geometry.type) {
    case 'Polygon':
      return [geometry.coordinates as Polygon];
    case 'MultiPolygon':
      return geometry.coordinates as readonly Polygon[];
    default:
      throw new TypeError(`a country is a ${geometry.type}; polygons were expected`);
  }
}
