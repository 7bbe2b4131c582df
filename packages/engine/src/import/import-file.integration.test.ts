import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { anyLayers } from '../testing/any-layers.ts';
import { exportWish, tableOf } from '../testing/export-fixture.ts';
import { readWithOgr, runGdal } from '../testing/ogr.ts';
import { writeOracleFixture } from '../testing/oracle-fixture.ts';
import { importFile, type ImportOptions } from './import-file.ts';
import type { ImportReport } from './import-report.ts';

let folder: TemporaryFolder;
let target: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  target = folder.file('imported.gpkg');
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

function run(path: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> {
  return importFile(path, { target, workFolder: folder.file('work'), ...options });
}

const geometries = (path: string, layer?: string): (string | null)[] =>
  readWithOgr(path, layer).map(({ geometry }) => geometry);

describe('a layer is imported as ogr2ogr reads it, from', () => {
  test.each([
    ['roads.shp', 'ESRI Shapefile', []],
    ['roads.gdb', 'OpenFileGDB', ['-nlt', 'MULTIPOLYGON']],
    ['roads.fgb', 'FlatGeobuf', []],
    ['roads.mif', 'MapInfo File', ['-dsco', 'FORMAT=MIF']],
    ['roads.tab', 'MapInfo File', []],
    ['roads.gml', 'GML', []],
    ['roads.geojson', 'GeoJSON', ['-t_srs', 'EPSG:4326']],
    ['roads.geojsonl', 'GeoJSONSeq', ['-t_srs', 'EPSG:4326']],
    ['roads.kml', 'LIBKML', ['-t_srs', 'EPSG:4326']],
    ['roads.gpkg', 'GPKG', []],
  ])('%s', async (name, driver, args) => {
    const source = folder.file('source.gpkg');
    writeOracleFixture(source);
    const file = folder.file(name);
    const isKml = driver === 'LIBKML';
    // Plain ogr2ogr does not cut at the antimeridian, and refuses what then crosses itself.
    runGdal('ogr2ogr', ['-f', driver, ...args, file, source, isKml ? 'places' : 'parcels']);
    const { layers, skipped } = await run(file);
    expect(skipped).toEqual([]);
    const [layer] = layers;
    expect(layer).toMatchObject({
      source: name,
      kind: 'vector',
      featureCount: isKml ? 600 : 513,
      crs: args.includes('EPSG:4326') ? 'EPSG:4326' : 'EPSG:2193',
    });
    const [mine, theirs] = [readWithOgr(target, layer!.table), readWithOgr(file)];
    expect(mine.map(({ properties }) => properties['size'] ?? null)).toEqual(
      theirs.map(({ properties }) => properties['size'] ?? null),
    );
    expect(mine.map(({ geometry }) => coordinates(geometry))).toEqual(
      theirs.map(({ geometry }) => coordinates(geometry)),
    );
  });
});

/** Whether of one part or of several of which there is one. */
function coordinates(geometry: string | null): string {
  return (geometry ?? '').replaceAll(/[^\d.,-]/g, '').replaceAll(/,+/g, ',');
}

test('a drawing is named after its file, as what is in it has no name of its own', async () => {
  const [lines, file] = [folder.file('lines.geojson'), folder.file('Ground floor 2.1.dxf')];
  const geometry = { type: 'LineString', coordinates: [[0, 0], [5, 0], [5, 4]] }; // prettier-ignore
  writeFileSync(lines, JSON.stringify({ type: 'Feature', properties: {}, geometry }));
  runGdal('ogr2ogr', ['-f', 'DXF', file, lines]);
  const { layers } = await run(file, { crs: 'EPSG:2193' });
  expect(layers).toMatchObject([{ layer: 'entities', table: 'ground_floor_2_1', crs: 'EPSG:2193' }]);
});

test('of a GPX come what it has: tracks and their points, and no empty routes and waypoints', async () => {
  const file = folder.file('walk.gpx');
  const points = [0, 1, 2].map((k) => `<trkpt lat="-41.${k}" lon="174.${k}"><ele>${k}</ele></trkpt>`);
  writeFileSync(
    file,
    `<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>Walk</name><trkseg>${points.join('')}</trkseg></trk></gpx>`,
  );
  const { layers, skipped } = await run(file);
  expect(layers).toMatchObject([
    { table: 'tracks', featureCount: 1, crs: 'EPSG:4326' },
    { table: 'track_points', featureCount: 3, crs: 'EPSG:4326' },
  ]);
  expect(skipped).toEqual([]);
  expect(geometries(target, 'tracks')[0]).toMatch(/^\{ ?"type": ?"MultiLineString"/);
});

test('a TopoJSON is asked for its CRS, which it cannot say, and its arcs become shapes', async () => {
  const file = folder.file('map.topojson');
  const arcs = [[[0, 0], [10, 0], [0, 10], [-10, 0], [0, -10]]]; // prettier-ignore
  const topology = {
    type: 'Topology',
    transform: { scale: [0.1, 0.1], translate: [170, -40] },
    objects: {
      land: { type: 'GeometryCollection', geometries: [{ type: 'Polygon', arcs: [[0]], id: 'a' }] },
    },
    arcs,
  };
  writeFileSync(file, JSON.stringify(topology));
  const { skipped } = await run(file);
  expect(skipped).toMatchObject([{ layer: 'land', reason: expect.stringContaining('--crs EPSG:4326') }]);
  const { layers } = await run(file, { crs: 'EPSG:4326' });
  expect(layers).toMatchObject([{ table: 'land', featureCount: 1, crs: 'EPSG:4326' }]);
  const { coordinates: rings } = JSON.parse(geometries(target, 'land')[0]!) as { coordinates: unknown };
  expect(rings).toEqual([[[170, -40], [171, -40], [171, -39], [170, -39], [170, -40]]]); // prettier-ignore
});

test('a GeoJSON with heights keeps them, in the CRS of positions with heights', async () => {
  const file = folder.file('quakes.geojson');
  const geometry = { type: 'Point', coordinates: [-122.5, 38.75, 1.25] };
  const features = [{ type: 'Feature', properties: { mag: 1.5 }, geometry }];
  writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features }));
  const { layers } = await run(file);
  expect(['EPSG:4326', 'EPSG:4979']).toContain(layers[0]!.crs);
  const { archivePath, report } = await exportWish(
    { tables: [tableOf(target)], format: 'application/geo+json', crs: 'EPSG:4326' },
    folder.path,
  );
  expect(report.items[0]!.counts.written).toBe(1);
  const [feature] = readWithOgr(`/vsizip/${archivePath}/${report.items[0]!.files[0]!}`);
  expect(JSON.parse(feature!.geometry!)).toEqual(geometry);
});

test.each(['lists.geojson', 'lists.geojsonl'])('lists of a %s stay JSON', async (name) => {
  const properties = { ids: [1, 2], names: ['a,b', 'c"d'], shares: [1 / 3, 2] };
  const feature = { type: 'Feature', properties, geometry: { type: 'Point', coordinates: [174.5, -41.5] } };
  const isSequence = name.endsWith('l');
  const whole = isSequence ? feature : { type: 'FeatureCollection', features: [feature] };
  writeFileSync(folder.file(name), `${JSON.stringify(whole)}\n`);
  const { layers } = await run(folder.file(name));
  expect(layers[0]!.changes).toEqual([]);
  const [read] = readWithOgr(target);
  const values = Object.entries(properties).map(([key]) => read!.properties[key]);
  expect(values.map((value) => (typeof value === 'string' ? JSON.parse(value) : value))).toEqual(
    Object.values(properties),
  );
});

test('lists of another format are texts, which is told of each', async () => {
  const member = '<gml:featureMember><o:p><o:name>a</o:name><o:name>b</o:name></o:p></gml:featureMember>';
  const head = 'xmlns:gml="http://www.opengis.net/gml" xmlns:o="http://example.com/o"';
  const gml = `<gml:FeatureCollection ${head}>${member}</gml:FeatureCollection>`;
  writeFileSync(folder.file('lists.gml'), gml);
  const { layers } = await run(folder.file('lists.gml'));
  expect(layers[0]!.changes).toEqual([
    {
      code: 'field-retyped',
      field: 'name',
      count: 0,
      detail: 'name is a list; it is kept as text, such as (2:a,b).',
    },
  ]);
});

test('a zip of several folders brings in each of its layers, and nothing beside them', async () => {
  const source = folder.file('source.gpkg');
  writeOracleFixture(source);
  mkdirSync(folder.file('in/deep'), { recursive: true });
  runGdal('ogr2ogr', [folder.file('in/parcels.shp'), source, 'parcels']);
  runGdal('ogr2ogr', [folder.file('in/deep/places.shp'), source, 'places']);
  runGdal('ogr2ogr', ['-f', 'OpenFileGDB', folder.file('in/zones.gdb'), source, 'zones']);
  writeFileSync(folder.file('in/codes.csv'), 'code,name\n007,x\n');
  writeFileSync(folder.file('in/README.md'), 'hello');
  runGdal('bash', ['-c', `cd ${folder.file('in')} && zip -q -r ../all.zip .`]);
  const { layers } = await run(folder.file('all.zip'));
  expect(layers.map(({ source: name, table, featureCount }) => [name, table, featureCount])).toEqual([
    ['all.zip/codes.csv', 'codes', 1],
    ['all.zip/deep/places.shp', 'places', 600],
    ['all.zip/parcels.shp', 'parcels', 513],
    ['all.zip/zones.gdb', 'zones', 300],
  ]);
  expect(readWithOgr(target, 'codes')[0]!.properties).toMatchObject({ code: '007' });
});

describe('a CSV', () => {
  test.each([
    ['name,Lat,Lon\na,-44,-176.5\n', 'EPSG:4326', 'by the names of its columns'],
    ['name;longitude;latitude\na;-176.5;-44\n', 'EPSG:4326', 'by the names of its columns'],
  ])('%j has points in degrees', async (text, crs, crsFrom) => {
    writeFileSync(folder.file('points.csv'), text);
    const { layers } = await run(folder.file('points.csv'));
    expect(layers[0]).toMatchObject({ crs, crsFrom, kind: 'vector' });
    expect(geometries(target)).toEqual(
      ['{"type":"Point","coordinates":[-176.5,-44.0]}'].map((text) =>
        expect.stringContaining(text.slice(0, 40)),
      ),
    );
  });

  test('with WKT or metres needs to be told the CRS', async () => {
    writeFileSync(folder.file('lines.csv'), 'id,WKT\n1,"LINESTRING (1 2,3 4)"\n');
    const { layers, skipped } = await run(folder.file('lines.csv'));
    expect(layers).toEqual([]);
    expect(skipped[0]!.reason).toBe(
      'it names no CRS of the EPSG registry: say which it is in, such as --crs EPSG:4326',
    );
    const again = await run(folder.file('lines.csv'), { crs: 'EPSG:2193' });
    expect(again.layers[0]).toMatchObject({ crs: 'EPSG:2193', crsFrom: 'as --crs says' });
  });

  test('of columns that are named otherwise is told which they are', async () => {
    writeFileSync(folder.file('odd.csv'), 'ost,nord\n1700000,5900000\n');
    const { layers } = await run(folder.file('odd.csv'), { x: 'ost', y: 'nord', crs: 'EPSG:2193' });
    expect(layers[0]).toMatchObject({ kind: 'vector', crs: 'EPSG:2193' });
    await expect(run(folder.file('odd.csv'), { x: 'west', y: 'nord' })).rejects.toThrow(
      'odd.csv: --x names "west", which is none of its columns: ost, nord.',
    );
  });

  test('keeps zeros in front, whole numbers, and texts of another encoding', async () => {
    const latin = Buffer.from('postcode,n,name\n0110,5,Müller\n9999,6,x\n', 'latin1');
    writeFileSync(folder.file('codes.csv'), latin);
    const { layers } = await run(folder.file('codes.csv'), { encoding: 'windows-1252' });
    expect(layers[0]).toMatchObject({ kind: 'table', crs: null });
    expect(readWithOgr(target).map(({ properties }) => properties)).toMatchObject([
      { postcode: '0110', n: 5, name: 'Müller' },
      { postcode: '9999', n: 6, name: 'x' },
    ]);
  });
});

test('a Shapefile without a .cpg is read in the encoding that is given', async () => {
  writeFileSync(
    folder.file('a.geojson'),
    '{"type":"Feature","properties":{"name":"Жуков"},"geometry":{"type":"Point","coordinates":[1,2]}}',
  );
  runGdal('ogr2ogr', [folder.file('a.shp'), folder.file('a.geojson'), '-lco', 'ENCODING=CP1251']);
  for (const ending of ['cpg']) rmSync(folder.file(`a.${ending}`), { force: true });
  await run(folder.file('a.shp'), { encoding: 'CP1251' });
  expect(readWithOgr(target)[0]!.properties).toMatchObject({ name: 'Жуков' });
});

test('what changed is told: names that GeoPackage cannot have twice, and every layer of a file', async () => {
  writeGeoPackage(folder.file('any.gpkg'), { tables: Object.values(anyLayers) });
  const { layers } = await run(folder.file('any.gpkg'), { layers: [anyLayers.points.name, 'mixed'] });
  expect(layers.map(({ table }) => table)).toEqual(['trees_shrubs', 'mixed']);
  await expect(run(folder.file('any.gpkg'), { layers: ['nowhere at all'] })).rejects.toThrow(
    'any.gpkg has no layer "nowhere at all"; it has',
  );
});

/** A projection of Arizona in feet as ArcGIS writes it, which PROJ knows as a code of Esri's and of nobody else. */
const arizona =
  'PROJCS["NAD_1983_StatePlane_Arizona_Central_FIPS_0202_Feet",GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",699998.6],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-111.9166666666667],PARAMETER["Scale_Factor",0.9999],PARAMETER["Latitude_Of_Origin",31.0],UNIT["Foot_US",0.3048006096012192]]';
/** A definition that many CRSs of the registry have, as it names nothing. */
const unnamed =
  'PROJCS["unnamed",GEOGCS["unnamed",DATUM["unknown",SPHEROID["unnamed",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",9],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]';

describe('a Shapefile whose CRS is none of the EPSG registry, or any of many, is told so', () => {
  test.each([
    [
      'of Esri',
      arizona,
      /^it names no CRS of the EPSG registry: say which it is in, such as --crs EPSG:4326$/,
    ],
    [
      'of nobody',
      unnamed,
      /^it names no CRS of the EPSG registry(; it may be (EPSG:\d+ or ){3}EPSG:\d+ or \d+ others)?: say/,
    ],
  ])('%s', async (_, definition, reason) => {
    const file = folder.file('crimes.shp');
    writeOracleFixture(folder.file('source.gpkg'));
    runGdal('ogr2ogr', [file, folder.file('source.gpkg'), 'places']);
    writeFileSync(folder.file('crimes.prj'), definition);
    const { layers, skipped } = await run(file);
    expect(layers).toEqual([]);
    expect(skipped[0]?.reason).toMatch(reason);
    const given = await run(file, { crs: 'EPSG:2223' });
    expect(given.layers).toMatchObject([{ crs: 'EPSG:2223', featureCount: 600 }]);
  });
});

describe('nothing but files of known formats is opened', () => {
  test.each([
    ['/vsicurl/http://127.0.0.1:9/a.geojson', 'source-unavailable', 'cannot be opened'],
    ['PG:dbname=postgres', 'source-unavailable', 'cannot be opened'],
    ['<OGRVRTDataSource></OGRVRTDataSource>', 'source-unavailable', 'cannot be opened'],
    ['missing.shp', 'source-unavailable', 'cannot be opened'],
  ])('%s', async (path, code, words) => {
    const failure = run(path);
    await expect(failure).rejects.toMatchObject({ code });
    await expect(failure).rejects.toThrow(words);
  });

  const vrt =
    '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>';

  test.each(['a.vrt', 'a.geojson', 'a.csv', 'a.kml', 'a.gml', 'a.tab'])(
    'a VRT that is called %s',
    async (name) => {
      writeFileSync(folder.file(name), vrt);
      const outcome = await run(folder.file(name)).catch((error: unknown) => error);
      const isRefused = outcome instanceof Error;
      // As a CSV it is one line of text, and nothing more.
      if (!isRefused)
        expect((outcome as ImportReport).layers.every(({ kind }) => kind === 'table')).toBe(true);
      else expect(outcome.message).not.toContain('root:');
    },
  );

  test('a layer whose name would be an option', async () => {
    writeFileSync(
      folder.file('a.geojson'),
      '{"type":"FeatureCollection","name":"-overwrite","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}]}',
    );
    const { layers, skipped } = await run(folder.file('a.geojson'));
    expect(layers).toEqual([]);
    expect(skipped[0]!.reason).toContain('begins with a dash');
  });

  test('options that do not fit are refused with what would', async () => {
    writeFileSync(folder.file('a.fgb'), '');
    await expect(run(folder.file('a.fgb'), { encoding: 'klingon' })).rejects.toThrow(
      '"klingon" is not an encoding',
    );
    await expect(run(folder.file('a.fgb'), { encoding: 'UTF-8' })).rejects.toThrow(
      'says its encoding itself',
    );
    await expect(run(folder.file('a.fgb'), { crs: 'EPSG:1' })).rejects.toThrow(
      'use a code such as EPSG:2193',
    );
    await expect(run(folder.file('a.fgb'))).rejects.toThrow('a.fgb cannot be read as FlatGeobuf');
    writeFileSync(join(folder.path, 'a.zip'), 'PK no');
    await expect(run(folder.file('a.zip'))).rejects.toThrow('cannot be read as a zip');
  });
});
