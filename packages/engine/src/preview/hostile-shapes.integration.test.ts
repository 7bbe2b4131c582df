import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { EngineError } from '../engine-error.ts';
import { runGdal } from '../testing/ogr.ts';
import { readShapes } from './read-shapes.ts';

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder[Symbol.asyncDispose]());

const polygon =
  '<Polygon><outerBoundaryIs><LinearRing><coordinates>1,1 2,1 2,2 1,1</coordinates></LinearRing></outerBoundaryIs></Polygon>';

function kml(head: string, placemark: string, more = ''): Uint8Array {
  return Buffer.from(
    `<?xml version="1.0"?>${head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>${more}<Placemark>${placemark}${polygon}</Placemark></Document></kml>`,
  );
}

/** A zip, written by Python: it takes any name. */
function zipOf(members: readonly (readonly [name: string, file: string])[], target: string): void {
  const program =
    'import json, sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)\nfor name, path in json.loads(sys.argv[2]): z.writestr(name, open(path, "rb").read())\nz.close()';
  const { status, stderr } = spawnSync(
    'python3',
    ['-W', 'ignore', '-c', program, target, JSON.stringify(members)],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
}

/** What is read of it, as text; a refusal counts as nothing. */
async function textOf(bytes: Uint8Array, type: string): Promise<string> {
  const read = await readShapes({ bytes, type, crs: null }).catch((error: unknown) => {
    if (error instanceof EngineError) return { problem: error.code };
    throw error;
  });
  return JSON.stringify(read);
}

test('an external entity of a KML is not read', async () => {
  await writeFile(folder.file('secret'), 'TOP-SECRET');
  const head = `<!DOCTYPE kml [<!ENTITY x SYSTEM "file://${folder.file('secret')}">]>`;
  expect(await textOf(kml(head, '<name>&x;</name>'), 'kml')).not.toContain('TOP-SECRET');
});

test('entities that grow without end are given up in time, with no more memory than is allowed', async () => {
  const entities = Array.from({ length: 40 }, (_, level) =>
    level === 0 ? '<!ENTITY e0 "lololololol">' : `<!ENTITY e${level} "${`&e${level - 1};`.repeat(10)}">`,
  );
  const started = performance.now();
  const text = await textOf(kml(`<!DOCTYPE kml [${entities.join('')}]>`, '<name>&e39;</name>'), 'kml');
  expect(text.length).toBeLessThan(1_000_000);
  expect(performance.now() - started).toBeLessThan(60_000);
});

test('nothing that a file refers to is fetched', async () => {
  let asked = 0;
  const bait = createServer((_, response) => {
    asked += 1;
    response.end();
  });
  await new Promise<void>((resolve) => bait.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(bait.address() as AddressInfo).port}/a.kml`;
  const link = `<NetworkLink><Link><href>${url}</href></Link></NetworkLink><Schema id="s"/><Style><IconStyle><Icon><href>${url}</href></Icon></IconStyle></Style>`;
  const head = `<!DOCTYPE kml SYSTEM "${url}">`;
  await textOf(kml('', '', link), 'kml');
  await textOf(kml(head, ''), 'kml');
  await writeFile(
    folder.file('a.vrt'),
    `<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/${url}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>`,
  );
  zipOf([['a.shp', folder.file('a.vrt')], ['a.vrt', folder.file('a.vrt')]], folder.file('a.zip')); // prettier-ignore
  await textOf(await readFile(folder.file('a.zip')), 'zip');
  await new Promise((resolve) => bait.close(resolve));
  expect(asked).toBe(0);
});

test.each(['../../escaped.shp', '/tmp/outcrop-escaped.shp', String.raw`..\escaped.shp`, 'a\0b.shp', 'a.shp'])(
  'a zip with a member named %j, twice, writes nothing outside of its own folder',
  async (name) => {
    const before = readdirSync(tmpdir()).filter((entry) => entry.includes('escaped'));
    await writeFile(folder.file('in.shp'), 'not a Shapefile');
    zipOf([[name, folder.file('in.shp')], [name, folder.file('in.shp')]], folder.file('bad.zip')); // prettier-ignore
    expect(await textOf(await readFile(folder.file('bad.zip')), 'zip')).toMatch(/unreadable|no-polygon/);
    expect(readdirSync(tmpdir()).filter((entry) => entry.includes('escaped'))).toEqual(before);
  },
);

test('a zip that unpacks to a gigabyte is refused before it is unpacked', async () => {
  await writeFile(
    folder.file('a.geojson'),
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"t":"x"},"geometry":{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}}]}',
  );
  runGdal('ogr2ogr', [folder.file('a.shp'), folder.file('a.geojson')]);
  runGdal('truncate', ['-s', '1G', folder.file('a.dbf')]);
  const ends = ['shp', 'shx', 'dbf', 'prj'];
  zipOf(
    ends.map((end) => [`a.${end}`, folder.file(`a.${end}`)] as const),
    folder.file('bomb.zip'),
  );
  const bytes = await readFile(folder.file('bomb.zip'));
  expect(bytes.length).toBeLessThan(2_000_000);
  await expect(readShapes({ bytes, type: 'zip', crs: null })).rejects.toThrow(
    /too large to be read here: it unpacks to 1073\d+ bytes in 4 files/,
  );
});

test('a layer whose name would be an option is no layer', async () => {
  const file = folder.file('option.gpkg');
  await writeFile(
    folder.file('a.geojson'),
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}}]}',
  );
  runGdal('ogr2ogr', [file, folder.file('a.geojson'), '-nln', 'x']);
  runGdal('ogrinfo', [file, '-q', '-sql', `ALTER TABLE x RENAME TO "-sql=SELECT 1"`]);
  expect(await readShapes({ bytes: await readFile(file), type: 'gpkg', crs: null })).toEqual({
    features: null,
    problem: 'no-polygon',
  });
});
