import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Export } from '@outcrop/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { servePage, startBrowser } from './support/browser.ts';
import { type Finished, runOutcrop, runProgram, runScript } from './support/run-outcrop.ts';
import { makeSampleFolder } from './support/sample-data.ts';
import { createKey, serveSite, type ServedSite } from './support/serve-site.ts';

// The first examples of the README run in export.test.ts.

let root: string;
let site: ServedSite;
let key: string;
let placesId: number;

const exampleUrl = (name: string): URL => new URL(`../examples/${name}`, import.meta.url);
const run = (name: string, ...commandLine: string[]): Promise<Finished> =>
  runScript(exampleUrl(name), [site.url, ...commandLine], { cwd: root, key });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-e2e-'));
  await chmod(root, 0o755);
  const folder = join(root, 'site');
  await makeSampleFolder(folder);
  const init = await runOutcrop(['init', folder], { cwd: root });
  if (init.exitCode !== 0) throw new Error(`init failed: ${init.stderr}`);
  site = await serveSite(folder);
  key = await createKey(folder, ['exports:read', 'exports:write', 'layers:read']);
  const layers = await new Client(site.url, { apiKey: key }).layers.list().toArray();
  placesId = layers.find(({ title }) => /places/i.test(title))?.id ?? 0;
});

afterAll(async () => {
  await site.stop();
  await rm(root, { recursive: true });
});

test('find-a-layer lists what can be exported, tables too', async () => {
  const { exitCode, stdout, stderr } = await run('find-a-layer.js');
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^\d+ {2}places \(vector, EPSG:4326\): .*CSV.*GeoPackage/im);
  expect(stdout).toMatch(/^\d+ {2}visits \(table, no position\): /im);
});

test('handle-refusals shows what each refusal says', async () => {
  const { exitCode, stdout, stderr } = await run('handle-refusals.js', String(placesId));
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^valid: false, reasons: \{.*"outside-extent"/m);
  expect(stdout).toMatch(/^a region without data: outside-extent: /m);
  expect(stdout).toMatch(/^a format that the layer does not have: invalid-format: .*image\/jpeg/m);
  expect(stdout).toMatch(/^a layer that is not there: not found \(404\)$/m);
  expect(stdout).toMatch(/^an export without items: invalid-argument: .*addItem\(\)$/m);
});

test('many-exports gets all layers, and says which ones failed', async () => {
  const folder = join(root, 'many');
  await mkdir(folder);
  const { stdout } = await run('many-exports.js', folder, '2');
  expect((await readdir(folder)).every((name) => name.endsWith('.zip'))).toBe(true);
  const paths = [...stdout.matchAll(/^[^:]+: \d+ bytes in (\S+)$/gm)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThanOrEqual(2);
  expect(await readdir(folder)).toHaveLength(paths.length);
});

test('reuse-an-export creates one, and then finds it', async () => {
  const created = await run('reuse-an-export.js', String(placesId), root);
  expect(created).toMatchObject({ exitCode: 0, stderr: '' });
  const [, exportId] = /^created export (\d+)$/m.exec(created.stdout) ?? [];
  const found = await run('reuse-an-export.js', String(placesId), root);
  expect(found.stdout).toMatch(new RegExp(`^export ${exportId} is there already$`, 'm'));
});

test('the page of the browser example saves the archive', async () => {
  await using page = await servePage(exampleUrl('browser/page.js'), exampleUrl('browser/index.html'));
  const browser = await startBrowser();
  try {
    const tab = await browser.newPage();
    await tab.goto(page.url);
    await tab.fill('[name=site]', site.url);
    await tab.fill('[name=key]', key);
    await tab.fill('[name=layer]', String(placesId));
    const [download] = await Promise.all([tab.waitForEvent('download'), tab.click('button')]);
    const path = join(root, download.suggestedFilename());
    await download.saveAs(path);
    expect((await runOutcrop(['verify', path], { cwd: root })).exitCode).toBe(0);
    expect(await tab.textContent('output')).toMatch(/^\S+\.zip, SHA-256 [0-9a-f]{64}$/);
  } finally {
    await browser.close();
  }
});

test('a client of v1.x exports as one of v1 does', async () => {
  const client = new Client(site.url, { apiKey: key, version: 'v1.x' });
  const layer = await client.layers.get(placesId);
  expect(layer.url).toContain('/services/api/v1.x/');
  const wanted = new Export({ crs: 'EPSG:2193', formats: { vector: 'text/csv' }, items: [layer] });
  expect(await client.exports.validate(wanted)).toMatchObject({ isValid: true });
  const { path } = await client.exports.run(wanted, { to: await mkdtemp(join(root, 'v1x-')) });
  expect((await runOutcrop(['verify', path], { cwd: root })).exitCode).toBe(0);
  expect(wanted).toMatchObject({ crs: 'EPSG:2193', state: 'complete', createdVia: 'api' });
  expect(wanted.url).toContain('/services/api/v1.x/');
  const refusal = await client.exports.get(999_999).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ status: 404, code: 'not-found' });
});

describe('where nothing can be written', () => {
  // The administrator may write everywhere, so the program runs as someone else.
  const isRoot = process.getuid?.() === 0;
  const someoneElse = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

  test('a download is one clear line, and nothing is created on the site', async () => {
    const folder = join(root, 'read-only');
    await mkdir(folder, { mode: 0o555 });
    const script = join(root, 'download.mjs');
    const client = import.meta.resolve('@outcrop/client');
    await writeFile(
      script,
      `import { Client, Export } from ${JSON.stringify(client)};
      const wanted = new Export({ crs: 'EPSG:4326', formats: { vector: 'text/csv' }, items: ['layers/${placesId}'] });
      await new Client('${site.url}', { apiKey: '${key}' }).exports.run(wanted, { to: ${JSON.stringify(folder)} })
        .catch((error) => console.log(error.name, error.code, error.message));`,
    );
    const asOwner = new Client(site.url, { apiKey: key });
    const before = await asOwner.exports.list().count();
    const [program, ...rest] = [...someoneElse, process.execPath, script];
    const { stdout, stderr } = await runProgram(program, rest);
    expect(stderr).toBe('');
    expect(stdout).toBe(
      `DownloadError download The folder ${folder}/ cannot be written to; name another target\n`,
    );
    expect(await asOwner.exports.list().count()).toBe(before);
    expect(await readdir(folder)).toEqual([]);
  });
});

test('the guide names every example', async () => {
  const guide = await readFile(new URL('../docs/guide/sdk/README.md', import.meta.url), 'utf8');
  const names = (await readdir(exampleUrl(''))).filter((name) => name.endsWith('.js'));
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(guide).toContain(`examples/${name}`);
});
