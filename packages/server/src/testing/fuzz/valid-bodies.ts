import fc from 'fast-check';

import { oddValue } from './mutate-json.ts';

const ordinate = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -181, max: 181, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(-180, 180, 0, 90, -90, 360, 1e308, 5e-324, 1e-12) },
);
const position = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(ordinate, fc.double({ min: -91, max: 91, noNaN: true })) },
  { weight: 1, arbitrary: fc.array(ordinate, { maxLength: 5 }) },
);
const freeRing = fc.array(position, { maxLength: 12 });
const closedRing = fc
  .array(position, { minLength: 3, maxLength: 12 })
  .map((ring) => [...ring, ring[0] ?? []]);
const box = fc
  .tuple(fc.integer({ min: -190, max: 185 }), fc.integer({ min: -95, max: 95 }), fc.integer({ min: -5, max: 40 }))
  .map(([x, y, size]) => [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]); // prettier-ignore
const ring = fc.oneof(box, closedRing, freeRing);
const polygon = fc.record({ type: fc.constant('Polygon'), coordinates: fc.array(ring, { maxLength: 3 }) });
const multiPolygon = fc.record({
  type: fc.constant('MultiPolygon'),
  coordinates: fc.array(fc.array(ring, { maxLength: 3 }), { maxLength: 3 }),
});

/** An extent of a request: geometry, reference or something else. */
const extent: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: polygon },
  { weight: 3, arbitrary: multiPolygon },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'exports/croplayers/1/cropfeatures/1/',
      'exports/croplayers/1/cropfeatures/9/',
    ),
  },
  { weight: 1, arbitrary: oddValue },
);

const item = fc.record(
  {
    item: fc.constantFrom(
      'layers/1',
      'layers/2',
      'tables/3',
      'layers/4',
      'layers/5',
      'http://localhost/services/api/v1/layers/2/',
    ),
    fields: fc.constantFrom(['name'], ['n'], ['word'], ['nothing']),
    color: fc.constantFrom('#003399', 'red'),
    tiles: fc.constantFrom(['heights'], ['x']),
    raster_resolution_multiplier: fc.constantFrom(1, 2, 0.01, 10_000, -1),
    scale_to_bytes: fc.boolean(),
    include_geometry_field: fc.boolean(),
  },
  { requiredKeys: ['item'] },
);

/** A body of a create that nothing is wrong with. */
const goodBody = fc.record(
  {
    items: fc.constantFrom(
      [{ item: 'layers/1' }],
      [{ item: 'layers/2', fields: ['n'] }, { item: 'tables/3' }],
    ),
    formats: fc.constantFrom(
      { vector: 'application/x-ogc-gpkg', table: 'text/csv' },
      { vector: 'text/csv', table: 'text/csv' },
    ),
    crs: fc.constantFrom('EPSG:4326', 'EPSG:2193', 'EPSG:3857'),
    extent: fc
      .tuple(fc.integer({ min: 170, max: 178 }), fc.integer({ min: -45, max: -42 }))
      .map(([x, y]) => ({ type: 'Polygon', coordinates: [[[x, y], [x + 5, y], [x + 5, y + 5], [x, y + 5], [x, y]]] })), // prettier-ignore
    name: fc.string({ unit: 'grapheme', maxLength: 30 }),
    options: fc.constantFrom({}, { crop_mode: 'intersects', coordinate_precision: 3 }),
  },
  { requiredKeys: ['items', 'formats', 'crs'] },
);

const wildBody = fc.record(
  {
    items: fc.array(item, { minLength: 1, maxLength: 4 }),
    formats: fc.constantFrom(
      { vector: 'application/x-ogc-gpkg', table: 'text/csv', grid: 'image/tiff;subtype=geotiff' },
      { vector: 'text/csv', table: 'text/csv', grid: 'image/jpeg' },
      { vector: 'application/x-zipped-shp', table: 'application/x-ogc-gpkg' },
    ),
    crs: fc.constantFrom('EPSG:4326', 'EPSG:2193', 'EPSG:3857', 'EPSG:27200', 'EPSG:3031', {
      id: 'EPSG:4326',
    }),
    extent,
    name: fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 30 })),
    options: fc.constantFrom(
      {},
      { crop_mode: 'within' },
      { crop_mode: 'intersects', coordinate_precision: 3 },
      { mosaic: true },
    ),
    delivery: fc.constant({ method: 'download' }),
  },
  { requiredKeys: ['items', 'formats'] },
);

/** A body of a create: as good as any, or with something odd in most places. */
export const createBody: fc.Arbitrary<unknown> = fc.oneof(goodBody, wildBody);

/** Bodies of the page's and the administrator's own endpoints, by the end of their path. */
export const otherBodies: readonly (readonly [pattern: RegExp, body: fc.Arbitrary<unknown>])[] = [
  [/\/regions$/, fc.record({ extents: fc.array(extent, { minLength: 1, maxLength: 3 }) })],
  [/\/preview$/, fc.record({ extent })],
  [/\/sign-in$/, fc.record({ code: fc.string({ maxLength: 40 }) })],
  [
    /\/(?:tokens|login-links)\/$/,
    fc.oneof(
      fc.record({ scopes: fc.constant(['exports:read']), name: fc.string({ maxLength: 20 }) }),
      fc.record(
        {
          name: fc.string(),
          scopes: fc.constantFrom(['exports:read'], ['exports:write', 'layers:read'], ['admin'], []),
          groups: fc.constantFrom(['agency'], ['no such group']),
          referers: fc.constantFrom(['https://example.com/*'], ['example.com'], ['*']),
          expires: fc.constantFrom('90d', '2h', '2001-01-01', 'never'),
        },
        { requiredKeys: ['scopes'] },
      ),
    ),
  ],
  [
    /^\/\.outcrop\/notifications/,
    fc.oneof(
      fc.record({ order: fc.constant('list'), state: fc.constantFrom(null, 'failed'), limit: fc.integer() }),
      fc.record({ order: fc.constant('secret'), token: fc.constantFrom(null, 1, 99), renew: fc.boolean() }),
      fc.record({ order: fc.constant('email'), token: fc.integer(), address: fc.string() }),
    ),
  ],
];

/** The smallest KML with a polygon, a zip's end, and noise. */
export const shapeBytes: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.constantFrom(
      '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>1,1 2,1 2,2 1,1</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>',
      'PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0',
      'SQLite format 3\0',
      '',
    ),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
  )
  .map(([text, changes]) => {
    const bytes = Buffer.from(text, 'latin1');
    for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return Uint8Array.from(bytes);
  });
