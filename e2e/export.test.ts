import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  AuthenticationError,
  Client,
  Export,
  isExportsError,
  NotFoundError,
  ValidationError,
} from '@outcrop/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startCuttingProxy } from './support/cutting-proxy.ts';
import { inspect, unpack } from './support/inspect.ts';
import { send } from './support/raw-http.ts';
import { finished, runOutcrop, runScript, startOutcrop } from './support/run-outcrop.ts';
import { makeSampleFolder, pointCount, rowCount } from './support/sample-data.ts';
import { createKey, serveSite, type ServedSite } from './support/serve-site.ts';

interface Listed {
  readonly id: number;
  readonly title: string;
  readonly kind: string;
  readonly crs: string | null;
  readonly featureCount: number | null;
  readonly cropLayer: boolean;
  readonly unavailable: string | null;
}

let root: string;
let folder: string;
let site: ServedSite;
let key: string;
let client: Client;
let listed: Listed[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-e2e-'));
  folder = join(root, 'site');
  await makeSampleFolder(folder);
  const init = await runOutcrop(['init', folder], { cwd: root });
  if (init.exitCode !== 0) throw new Error(`init failed: ${init.stderr}`);
  site = await serveSite(folder);
  key = await createKey(folder, ['exports:read', 'exports:write', 'layers:read']);
  client = new Client(site.url, { apiKey: key });
  const layers = await runOutcrop(['layers', folder, '--json'], { cwd: root });
  listed = JSON.parse(layers.stdout) as Listed[];
});

afterAll(async () => {
  await site.stop();
  await rm(root, { recursive: true });
});

function idOf(title: RegExp): number {
  const layer = listed.find((candidate) => title.test(candidate.title));
  if (layer === undefined) throw new Error(`no layer like ${title} in ${JSON.stringify(listed)}`);
  return layer.id;
}

async function downloads(name: string): Promise<string> {
  return mkdtemp(join(root, `${name}-`));
}

const roundTo = (digits: number) => (value: number) => Number(value.toFixed(digits));

describe('a folder becomes a site', () => {
  test('the layers have their kinds, systems and counts', () => {
    expect(listed.find(({ title }) => /regions/i.test(title))).toMatchObject({
      kind: 'vector',
      crs: 'EPSG:2193',
      featureCount: 2,
    });
    expect(listed.find(({ title }) => /places/i.test(title))).toMatchObject({
      kind: 'vector',
      crs: 'EPSG:4326',
      featureCount: pointCount,
    });
    expect(listed.find(({ title }) => /visits/i.test(title))).toMatchObject({
      kind: 'table',
      featureCount: rowCount,
    });
  });

  test('a file that is not a GeoPackage is said to be one thing, and does not stop the others', async () => {
    const { stderr, stdout } = await runOutcrop(['init', folder, '--json'], { cwd: root });
    expect(`${stdout}${stderr}`).toMatch(/broken\.gpkg/);
  });

  test('the formats are listed', async () => {
    const { exitCode, stdout } = await runOutcrop(['formats', '--url', site.url, '--json'], {
      cwd: root,
      key,
    });
    expect(exitCode).toBe(0);
    expect(Object.keys((JSON.parse(stdout) as { vector: object }).vector)).toEqual(
      expect.arrayContaining([
        'application/x-ogc-gpkg',
        'application/x-zipped-shp',
        'text/csv',
        'application/geo+json',
      ]),
    );
  });
});

describe('the command exports', () => {
  test('a layer cropped to a crop feature, reprojected, as a GeoPackage that GDAL reads', async () => {
    const to = await downloads('command');
    const options = [
      '--crs',
      'EPSG:2193',
      '--format',
      'vector=gpkg',
      '--crop-feature',
      'Regions/West',
      '--to',
      to,
      '--json',
    ];
    const result = await runOutcrop(['export', String(idOf(/places/i)), '--url', site.url, ...options], {
      cwd: root,
      key,
    });
    expect(result).toMatchObject({ exitCode: 0 });
    const { path, sha256 } = JSON.parse(result.stdout) as { path: string; sha256: string };
    expect(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ).toBe(sha256);

    const verdict = await runOutcrop(['verify', path], { cwd: root });
    expect(verdict).toMatchObject({ exitCode: 0 });
    expect(verdict.stdout).toMatch(/^ok +\S+\.gpkg/m);

    const unpacked = join(to, 'unpacked');
    await unpack(path, unpacked);
    const files = await readdir(unpacked);
    expect(files).toEqual(expect.arrayContaining(['manifest.json', 'report.json', 'request.json']));
    const [layer] = await inspect(join(unpacked, files.find((file) => file.endsWith('.gpkg')) ?? ''));
    expect(layer).toMatchObject({ featureCount: pointCount / 2, crs: 'EPSG:2193' });
    expect(layer?.fields).toEqual(['title', 'number', 'height']);
  });

  test('two layers and a table at once, each in the format of its kind', async () => {
    const to = await downloads('several');
    const ids = [idOf(/places/i), idOf(/regions/i), idOf(/visits/i)].map(String);
    const options = [
      '--crs',
      'EPSG:4326',
      '--format',
      'vector=shp',
      '--format',
      'table=csv',
      '--to',
      to,
      '--json',
    ];
    const result = await runOutcrop(['export', ...ids, '--url', site.url, ...options], { cwd: root, key });
    expect(result).toMatchObject({ exitCode: 0 });
    const { path } = JSON.parse(result.stdout) as { path: string };
    const unpacked = join(to, 'unpacked');
    await unpack(path, unpacked);
    const files = await readdir(unpacked, { recursive: true });
    const counts = new Map<string, number>();
    for (const file of files.filter((name) => /\.(shp|csv)$/.test(name))) {
      for (const layer of await inspect(join(unpacked, file)))
        counts.set(file.replace(/.*\//, ''), layer.featureCount);
    }
    expect([...counts.values()].toSorted((a, b) => a - b)).toEqual([2, rowCount, pointCount]);
  });

  test('what it refuses, it refuses with the reasons, and exit code 1', async () => {
    const extent = join(root, 'ocean.geojson');
    const ring = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ];
    await writeFile(extent, JSON.stringify({ type: 'Polygon', coordinates: [ring] }));
    const options = ['--crs', 'EPSG:2193', '--format', 'vector=gpkg', '--extent', extent, '--to', root];
    const result = await runOutcrop(['export', String(idOf(/places/i)), '--url', site.url, ...options], {
      cwd: root,
      key,
    });
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toMatch(/outside-extent/);
  });

  test('a site that is not there is one line and exit code 1', async () => {
    const options = ['--url', 'http://127.0.0.1:1', '--format', 'vector=gpkg'];
    const result = await runOutcrop(['export', '1', ...options], { cwd: root, key });
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toMatch(/^outcrop: No connection to http:\/\/127\.0\.0\.1:1\/[^\n]*\n$/);
  });
});

describe('the SDK exports', () => {
  test('a cropped polygon layer: what is left is what GDAL leaves', async () => {
    const to = await downloads('sdk');
    const regions = await client.layers.get(idOf(/regions/i));
    const extent = {
      type: 'Polygon',
      coordinates: [
        [
          [174.5, -40.8],
          [175.5, -40.8],
          [175.5, -40.2],
          [174.5, -40.2],
          [174.5, -40.8],
        ],
      ],
    } as const;
    const wanted = new Export({
      crs: 'EPSG:4326',
      formats: { vector: 'application/geo+json' },
      extent,
    }).addItem(regions);
    const check = await client.exports.validate(wanted);
    expect(check).toMatchObject({ isValid: true, items: [{ isValid: true }] });
    const seen: (number | null)[] = [];
    const { path } = await client.exports.run(wanted, {
      to,
      onProgress: (step) => step.step === 'build' && seen.push(step.progress),
    });
    expect(wanted).toMatchObject({ state: 'complete', progress: 1 });
    expect(seen).toEqual(seen.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    const unpacked = join(to, 'unpacked');
    await unpack(path, unpacked);
    const file = (await readdir(unpacked)).find((name) => name.endsWith('.geojson')) ?? '';
    const [layer] = await inspect(join(unpacked, file));
    expect(layer?.featureCount).toBe(2);
    expect(layer?.extent?.map(roundTo(4))).toEqual([174.5, -40.8, 175.5, -40.2]);
  });

  test('the same request, served and run offline, gives the same data byte by byte', async () => {
    const to = await downloads('offline');
    const id = idOf(/places/i);
    const init = { name: 'twice', crs: 'EPSG:2193', formats: { vector: 'text/csv' } };
    const served = await client.exports.run(new Export(init).addItem(await client.layers.get(id)), { to });
    const request = join(to, 'request.json');
    await writeFile(request, JSON.stringify({ ...init, items: [{ item: `layers/${id}` }] }));
    const output = join(to, 'offline.zip');
    const run = ['run', request, '--site', folder, '--output', output];
    const offline = await runOutcrop([...run, '--json'], { cwd: root });
    expect(offline).toMatchObject({ exitCode: 0 });
    const archive = await readFile(output);
    expect(JSON.parse(offline.stdout)).toMatchObject({
      bytes: archive.length,
      sha256: createHash('sha256').update(archive).digest('hex'),
    });
    expect(await runOutcrop(['verify', output], { cwd: root })).toMatchObject({ exitCode: 0 });

    await Promise.all([unpack(served.path, join(to, 'a')), unpack(output, join(to, 'b'))]);
    const names = await readdir(join(to, 'a'));
    expect(await readdir(join(to, 'b'))).toEqual(names);
    // The words about the data name the site's address, which a run without a server does not know.
    const data = names.filter((name) => !/\.(txt|json)$/.test(name));
    expect(data).toEqual(['places.csv', 'places.vrt']);
    for (const name of data) {
      expect((await readFile(join(to, 'a', name))).equals(await readFile(join(to, 'b', name)))).toBe(true);
    }

    const again = await runOutcrop(run, { cwd: root });
    expect(again).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/already there.*--force/) as string,
    });
    const forced = await runOutcrop([...run, '--force'], { cwd: root });
    expect(forced).toMatchObject({ exitCode: 0 });
    expect((await readFile(output)).equals(archive)).toBe(true);
    expect((await readdir(to)).filter((name) => name.includes('work'))).toEqual([]);
  });

  test.each([
    ['an unknown system', { crs: 'EPSG:1' }, /EPSG:1\b/],
    ['a system that is none', { crs: 'WGS84' }, /WGS84/],
    ['a format of another kind', { formats: { vector: 'image/jpeg' } }, /image\/jpeg|invalid-format/],
    ['no format for the kind', { formats: { table: 'text/csv' } }, /missing-format|vector/],
    [
      'an extent that is not closed',
      {
        extent: {
          type: 'Polygon',
          coordinates: [
            [
              [174, -41],
              [175, -41],
              [175, -40],
            ],
          ],
        } as const,
      },
      /extent/,
    ],
    [
      'an extent elsewhere',
      {
        extent: {
          type: 'Polygon',
          coordinates: [
            [
              [0, 0],
              [1, 0],
              [1, 1],
              [0, 0],
            ],
          ],
        } as const,
      },
      /outside-extent/,
    ],
  ])('%s is refused with the value', async (_, changes, message) => {
    const init = { crs: 'EPSG:2193', formats: { vector: 'text/csv' }, ...changes };
    const wanted = new Export(init).addItem(await client.layers.get(idOf(/places/i)));
    const error = await client.exports.create(wanted).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ValidationError);
    expect(`${String(error)} ${JSON.stringify((error as ValidationError).issues)}`).toMatch(message);
  });

  test('a layer that does not exist is refused by name', async () => {
    const wanted = new Export({
      crs: 'EPSG:2193',
      formats: { vector: 'text/csv' },
      items: ['layers/987654'],
    });
    await expect(client.exports.create(wanted)).rejects.toThrow(/987654/);
    await expect(client.layers.get(987_654)).rejects.toThrow(NotFoundError);
  });

  test('a wrong key, no key and a key without the scope are 401s that say so', async () => {
    const reader = await createKey(folder, ['layers:read']);
    await expect(new Client(site.url, { apiKey: 'f'.repeat(32) }).layers.get(1)).rejects.toThrow(
      AuthenticationError,
    );
    await expect(new Client(site.url, { apiKey: null }).layers.get(1)).rejects.toThrow(AuthenticationError);
    await expect(new Client(site.url, { apiKey: reader }).exports.list().first()).rejects.toThrow(
      /exports:read/,
    );
  });

  test("an export is invisible to someone else's key", async () => {
    const stranger = new Client(site.url, {
      apiKey: await createKey(folder, ['exports:read', 'exports:write', 'layers:read']),
    });
    const mine = await client.exports.list().first();
    expect(mine?.id).toBeTypeOf('number');
    await expect(stranger.exports.get(mine?.id ?? 0)).rejects.toThrow(NotFoundError);
    expect(await stranger.exports.list().count()).toBe(0);
  });

  test('a finished export cannot be cancelled, and the site says why', async () => {
    const mine = await client.exports.list().first();
    const error = await client.exports.cancel(mine?.id ?? 0).catch((caught: unknown) => caught);
    expect(isExportsError(error, 'conflict')).toBe(true);
  });

  test('a client that goes away in the middle of a download does not hurt the site', async () => {
    const complete = await client.exports.list().first();
    const redirect = await send(new URL(complete?.downloadUrl ?? '', site.url).href, {
      headers: { authorization: `key ${key}` },
    });
    for (let times = 0; times < 5; times += 1) {
      await new Promise<void>((resolve, reject) => {
        const request = get(String(redirect.headers.location), (response) => {
          response.once('data', () => response.destroy());
          response.once('close', () => resolve());
          response.pipe(createWriteStream('/dev/null'));
        });
        request.once('error', reject);
      });
    }
    const to = await downloads('after');
    expect((await complete?.refresh())?.state).toBe('complete');
    expect((await complete?.download(to))?.sha256).toBe(complete?.sha256);
  });
});

describe('the examples run', () => {
  const example = (name: string) => new URL(`../examples/${name}`, import.meta.url);

  test('quick-start.js', async () => {
    const to = await downloads('quick');
    const result = await runScript(example('quick-start.js'), [site.url, String(idOf(/places/i)), to], {
      cwd: root,
      key,
    });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toMatch(/400 features in EPSG:4326[^]*\.zip: \d+ bytes, SHA-256 [0-9a-f]{64}/);
  });

  test('crop-by-country.js', async () => {
    const to = await downloads('country');
    const commandLine = [site.url, String(idOf(/places/i)), 'East', to];
    const result = await runScript(example('crop-by-country.js'), commandLine, { cwd: root, key });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const [archive = ''] = await readdir(to);
    await unpack(join(to, archive), join(to, 'unpacked'));
    const file = (await readdir(join(to, 'unpacked'))).find((name) => name.endsWith('.geojson')) ?? '';
    const [layer] = await inspect(join(to, 'unpacked', file));
    expect(layer?.featureCount).toBe(pointCount / 2);
  });

  test('watch-progress.js', async () => {
    const to = await downloads('watch');
    const result = await runScript(example('watch-progress.js'), [site.url, String(idOf(/regions/i)), to], {
      cwd: root,
      key,
    });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toMatch(/100% downloaded\n.*SHA-256 [0-9a-f]{64}\n$/);
  });
});

describe('the end', () => {
  test('a second site on the same folder is refused', async () => {
    const child = startOutcrop(['serve', folder, '--port', '0'], { cwd: root });
    const result = await finished(child);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(/outcrop: /);
  });

  test('an anonymous site is for this machine only', async () => {
    const result = await runOutcrop(['serve', folder, '--anonymous', '--host', '0.0.0.0', '--port', '0'], {
      cwd: root,
    });
    expect(result.exitCode).toBe(2);
  });

  test('behind a proxy all addresses are public, and downloads outlive broken connections', async () => {
    await site.stop();
    await using proxy = await startCuttingProxy({ cuts: 3, afterBytes: 4000 });
    site = await serveSite(folder, ['--public-url', proxy.url, '--port', proxy.target.port]);
    expect(site.url).toBe(`${proxy.url}/`);
    const outside = new Client(proxy.url, { apiKey: key });
    const complete = await outside.exports.list().first();
    expect(complete?.downloadUrl).toBe(`${proxy.url}/services/api/v1/exports/${complete?.id}/download/`);
    const { path, sha256 } = await outside.exports.run(
      new Export({ crs: 'EPSG:2193', formats: { vector: 'application/x-ogc-gpkg' } }).addItem(
        await outside.layers.get(idOf(/places/i)),
      ),
      { to: await downloads('proxy') },
    );
    expect(proxy.cuts).toBe(3);
    expect(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ).toBe(sha256);
    expect(await runOutcrop(['verify', path], { cwd: root })).toMatchObject({ exitCode: 0 });
  });

  test('a site that was stopped still has its exports and keys when it is started again', async () => {
    await site.stop();
    site = await serveSite(folder);
    client = new Client(site.url, { apiKey: key });
    const before = await client.exports.list().count();
    expect(before).toBeGreaterThan(0);
    expect(await site.stop()).toBe(0);
    site = await serveSite(folder);
    client = new Client(site.url, { apiKey: key });
    expect(await client.exports.list().count()).toBe(before);
  });
});
