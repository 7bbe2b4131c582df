import { type FeatureFixture, type FixtureValue, writeGeoPackage } from '@outcrop/testkit';

import { seededRandom } from './seeded-random.ts';

const columns = [
  { name: 'id', type: 'INTEGER' },
  { name: 'name', type: 'TEXT' },
  { name: 'size', type: 'DOUBLE' },
  { name: 'is_new', type: 'BOOLEAN' },
  { name: 'surveyed', type: 'DATE' },
] as const;

function attributes(id: number, random: () => number): Record<string, FixtureValue> {
  const names = ['Rangihaute', 'Wharekauri “Chatham”', 'Ōwenga', 'a,b "c"', '东', ''];
  return {
    id,
    name: id % 11 === 0 ? null : `${names[id % names.length]}${id % 7 === 0 ? '' : id}`,
    size: id % 13 === 0 ? null : Math.round(random() * 1e9) / 1e4,
    is_new: id % 17 === 0 ? null : id % 2 === 0,
    surveyed: `20${String(10 + (id % 15)).padStart(2, '0')}-0${1 + (id % 9)}-1${id % 9}`,
  };
}

/** Irregular quadrilaterals, some with a hole or a second part, on both sides of 180 degrees, in EPSG:2193. */
function* parcels(): Generator<FeatureFixture> {
  const random = seededRandom(7);
  const corner = (x: number, y: number): [number, number] => [x + random() * 4000, y + random() * 4000];
  let id = 0;
  for (let x = 2_060_000; x < 2_480_000; x += 16_000) {
    for (let y = 5_000_000; y < 5_300_000; y += 16_000) {
      id += 1;
      const first = corner(x, y);
      const ring = [
        first,
        corner(x + 10_000, y),
        corner(x + 10_000, y + 10_000),
        corner(x, y + 10_000),
        first,
      ];
      const hole = [
        [x + 6000, y + 6000],
        [x + 6000, y + 8000],
        [x + 8000, y + 8000],
        [x + 8000, y + 6000],
        [x + 6000, y + 6000],
      ];
      const island = [
        [x + 14_500, y],
        [x + 15_500, y],
        [x + 15_500, y + 900],
        [x + 14_500, y],
      ];
      const rings = id % 3 === 0 ? [ring, hole] : [ring];
      yield {
        fid: id * 2,
        geometry: { type: 'MultiPolygon', coordinates: id % 4 === 0 ? [rings, [island]] : [rings] },
        attributes: attributes(id, random),
      };
    }
  }
}

/** Lines from west to east across the antimeridian, in EPSG:2193. */
function* tracks(): Generator<FeatureFixture> {
  const random = seededRandom(11);
  for (let id = 1; id <= 120; id++) {
    const y = 5_000_000 + id * 2400;
    let x = 2_060_000 + random() * 200_000;
    const coordinates = Array.from({ length: 12 }, () => {
      x += 3000 + random() * 15_000;
      return [x, y + random() * 6000];
    });
    yield { fid: id, geometry: { type: 'LineString', coordinates }, attributes: attributes(id, random) };
  }
}

/** Points in EPSG:4326 on both sides of the antimeridian, in -180..180. */
function* places(): Generator<FeatureFixture> {
  const random = seededRandom(13);
  for (let id = 1; id <= 600; id++) {
    const longitude = 176 + random() * 9;
    const coordinates = [longitude > 180 ? longitude - 360 : longitude, -45.5 + random() * 4];
    yield { fid: id, geometry: { type: 'Point', coordinates }, attributes: attributes(id, random) };
  }
}

/** Squares in EPSG:4326, cut at 180 as the world's data sets are. */
function* zones(): Generator<FeatureFixture> {
  const random = seededRandom(17);
  for (let id = 1; id <= 300; id++) {
    const west = 176 + ((id - 1) % 20) * 0.42;
    const south = -45.6 + Math.floor((id - 1) / 20) * 0.27;
    const [east, north] = [west + 0.3 + random() * 0.1, south + 0.2];
    const square = (from: number, to: number): number[][][] => {
      const turn = from >= 180 ? 360 : 0;
      return [
        [
          [from - turn, south],
          [to - turn, south],
          [to - turn, north],
          [from - turn, north],
          [from - turn, south],
        ],
      ];
    };
    const coordinates =
      west < 180 && east > 180 ? [square(west, 180), square(180, east)] : [square(west, east)];
    yield { fid: id, geometry: { type: 'MultiPolygon', coordinates }, attributes: attributes(id, random) };
  }
}

/** Layers around the Chatham Islands, which lie across 180 degrees. */
export const oracleLayers = ['parcels', 'tracks', 'places', 'zones'] as const;

/** Writes them all into one file, with column names that a source may have. */
export function writeOracleFixture(path: string): void {
  const nztm = { epsg: 2193, column: 'Shape' };
  const degrees = { epsg: 4326, column: 'geom' };
  writeGeoPackage(path, {
    tables: [
      {
        name: 'parcels',
        fidColumn: 'OBJECTID',
        geometry: { ...nztm, type: 'MULTIPOLYGON' },
        columns,
        features: parcels(),
      },
      {
        name: 'tracks',
        fidColumn: 'ogc_fid',
        geometry: { ...nztm, type: 'LINESTRING', spatialIndex: false },
        columns,
        features: tracks(),
      },
      { name: 'places', geometry: { ...degrees, type: 'POINT' }, columns, features: places() },
      { name: 'zones', geometry: { ...degrees, type: 'MULTIPOLYGON' }, columns, features: zones() },
    ],
  });
}

/** A star around the islands, from 177.5 to 183.5 degrees east: concave, across the antimeridian. */
export function starRegion(): number[][] {
  const corners = Array.from({ length: 48 }, (_, k) => {
    const reach = k % 2 === 0 ? 1 : 0.55;
    const angle = (k / 48) * 2 * Math.PI;
    return [180.5 + 3 * reach * Math.cos(angle), -43.6 + 1.4 * reach * Math.sin(angle)];
  });
  return [...corners, corners[0]!];
}
