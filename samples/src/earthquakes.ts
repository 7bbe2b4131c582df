import { type FeatureFixture, writeGeoPackage } from '@outcrop/testkit';

import { readJson } from './read-json.ts';

interface Earthquake {
  readonly id: string;
  readonly geometry: { readonly coordinates: readonly [number, number, number] };
  readonly properties: {
    readonly mag: number | null;
    readonly magType: string | null;
    readonly place: string | null;
    readonly time: number;
    readonly updated: number;
    readonly felt: number | null;
    readonly sig: number;
    readonly tsunami: 0 | 1;
    readonly status: string;
    readonly url: string;
  };
}

/** Writes a week of earthquakes of the USGS feed as points with height: the depth in metres, below zero. */
export function writeEarthquakes(file: URL): void {
  const { features } = readJson<{ features: Earthquake[] }>('vega-datasets', 'data/earthquakes.json');
  writeGeoPackage(file, {
    tables: [
      {
        name: 'earthquakes',
        identifier: 'Earthquakes',
        description: 'Earthquakes of one week, USGS, 31 January to 7 February 2018',
        geometry: { type: 'POINT', epsg: 4326, dimension: 'xyz' },
        columns: [
          { name: 'code', type: 'TEXT', notNull: true },
          { name: 'magnitude', type: 'DOUBLE' },
          { name: 'magnitude_type', type: 'TEXT(8)' },
          { name: 'place', type: 'TEXT' },
          { name: 'time', type: 'DATETIME', notNull: true },
          { name: 'updated', type: 'DATETIME' },
          { name: 'depth_km', type: 'DOUBLE' },
          { name: 'felt', type: 'INTEGER' },
          { name: 'significance', type: 'SMALLINT' },
          { name: 'tsunami', type: 'BOOLEAN' },
          { name: 'status', type: 'TEXT(20)' },
          { name: 'url', type: 'TEXT' },
        ],
        features: features.map(featureOf),
      },
    ],
  });
}

function featureOf({ id, geometry, properties }: Earthquake): FeatureFixture {
  const [longitude, latitude, depth] = geometry.coordinates;
  return {
    geometry: { type: 'Point', coordinates: [longitude, latitude, depth === 0 ? 0 : -depth * 1000] },
    attributes: {
      code: id,
      magnitude: properties.mag,
      magnitude_type: properties.magType,
      place: properties.place,
      time: new Date(properties.time).toISOString(),
      updated: new Date(properties.updated).toISOString(),
      depth_km: depth,
      felt: properties.felt,
      significance: properties.sig,
      tsunami: properties.tsunami === 1,
      status: properties.status,
      url: properties.url,
    },
  };
}
