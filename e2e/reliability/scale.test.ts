import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { Client, Export } from '@outcrop/client';
import { findPostgres, startPostgres, startS3, type TestS3 } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { makeLargeLayer } from '../support/large-layer.ts';
import { printFigures } from '../support/print-figures.ts';
import { byProfile, isFullProfile } from '../support/profile.ts';
import { runOutcrop, runProgram } from '../support/run-outcrop.ts';
import { createKey } from '../support/serve-site.ts';
import { openSiteDatabase } from '../support/site-database.ts';
import { type SiteProcess, SiteProcesses } from '../support/site-processes.ts';

const programs = await findPostgres();
const exportCount = byProfile({ short: 6, full: 24 });
const pointCount = byProfile({ short: 100_000, full: 150_000 });
/** So many points make over 32 MB of GeoJSON: two such items are two tasks. */
const largePointCount = byProfile({ short: 260_000, full: 600_000 });
const scopes = ['exports:read', 'exports:write', 'layers:read'];

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-scale-'));
  for (const [name, points] of [
    ['small', pointCount],
    ['large', largePointCount],
  ] as const) {
    await mkdir(join(root, name));
    await makeLargeLayer(join(root, name), points);
  }
}, 300_000);

afterAll(() => rm(root, { recursive: true }));

interface Cluster extends AsyncDisposable {
  readonly apis: readonly Client[];
  readonly workers: readonly SiteProcess[];
  readonly processes: SiteProcesses;
  readonly key: string;
  readonly databaseUrl: string;
  readonly s3: TestS3;
}

let clusters = 0;

/**
 * A site on a PostgreSQL server and a bucket. Each process has a copy of the site folder of its own, as on machines that share nothing but
 * the database, the bucket and equal data.
 */
async function startCluster({
  apis,
  workers,
  layer,
}: {
  apis: number;
  workers: number;
  layer: 'small' | 'large';
}): Promise<Cluster> {
  const postgres = await startPostgres(programs ?? '');
  const s3 = await startS3();
  const environment = {
    ...s3.environment,
    DATABASE_URL: postgres.url,
    OUTCROP_CONCURRENCY: '1',
    OUTCROP_LEASE_SECONDS: '5',
  };
  const home = join(root, `cluster-${(clusters += 1)}`);
  await mkdir(home);
  const all: SiteProcesses[] = [];
  const machine = async (): Promise<SiteProcesses> => {
    const folder = join(home, `machine-${all.length}`);
    await runProgram('cp', ['-a', join(root, layer), folder]);
    expect(await runOutcrop(['init', folder], { cwd: root })).toMatchObject({ exitCode: 0 });
    const processes = new SiteProcesses(folder, environment);
    all.push(processes);
    return processes;
  };
  const first = await machine();
  const key = await createKey(first.folder, scopes, environment);
  const clients: Client[] = [];
  for (let index = 0; index < apis; index += 1) {
    const processes = index === 0 ? first : await machine();
    const { url } = await processes.start('api');
    clients.push(new Client(url ?? '', { apiKey: key }));
  }
  const started: SiteProcess[] = [];
  for (let index = 0; index < workers; index += 1) started.push(await (await machine()).start('worker'));
  return {
    apis: clients,
    workers: started,
    processes: first,
    key,
    databaseUrl: postgres.url,
    s3,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((one) => one[Symbol.asyncDispose]()));
      await s3[Symbol.asyncDispose]();
      await postgres[Symbol.asyncDispose]();
      await rm(home, { recursive: true });
    },
  };
}

function wish(name: string, items = 1): Export {
  return new Export({
    name,
    crs: 'EPSG:4326',
    formats: { vector: 'application/geo+json' },
    items: Array.from({ length: items }, () => ({ item: 'layers/1' })),
  });
}

async function expectWhole(made: Export): Promise<void> {
  const to = await mkdtemp(join(root, 'download-'));
  const { path } = await made.download(to);
  expect(await runProgram('unzip', ['-tq', path])).toMatchObject({ exitCode: 0 });
  expect(await runOutcrop(['verify', path], { cwd: root })).toMatchObject({ exitCode: 0 });
  await rm(to, { recursive: true });
}

/** Of all files but the manifest, which has digests of them; the address of the site is another in each cluster. */
async function digestContents(made: Export): Promise<string> {
  const to = await mkdtemp(join(root, 'contents-'));
  const { path } = await made.download(`${to}/archive.zip`);
  expect(await runProgram('unzip', ['-q', path, '-d', to])).toMatchObject({ exitCode: 0 });
  await rm(path);
  const hash = createHash('sha256');
  const { origin } = new URL(made.url ?? '');
  for (const file of (await readdir(to, { recursive: true, withFileTypes: true })).toSorted(byPath)) {
    if (!file.isFile() || file.name === 'manifest.json') continue;
    const bytes = await readFile(join(file.parentPath, file.name));
    hash.update(relative(to, join(file.parentPath, file.name)));
    hash.update(file.name.endsWith('.txt') ? bytes.toString().replaceAll(origin, '') : bytes);
  }
  await rm(to, { recursive: true });
  return hash.digest('hex');
}

function byPath(a: Dirent, b: Dirent): number {
  return join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1;
}

describe.skipIf(programs === null)('2 APIs and 4 workers on PostgreSQL and S3', () => {
  test('do all exports that any API takes, and any API delivers them', async () => {
    await using cluster = await startCluster({ apis: 2, workers: 4, layer: 'small' });
    const [one, other] = cluster.apis;
    const made = await Promise.all(
      Array.from({ length: exportCount }, (_, index) =>
        cluster.apis[index % 2]!.exports.create(wish(`export ${index}`)),
      ),
    );
    for (const [index, { id }] of made.entries()) {
      // Asked of the one that did not create it.
      const found = await (index % 2 === 0 ? other : one)!.exports.get(id ?? 0);
      await found.wait({ deadlineMs: 300_000 });
      const headers = { authorization: `key ${cluster.key}` };
      const address = await fetch(found.downloadUrl ?? '', { redirect: 'manual', headers });
      expect(address.status).toBe(302);
      expect(new URL(address.headers.get('location') ?? '').origin).toBe(cluster.s3.endpoint.origin);
      await expectWhole(found);
    }
    await using database = await openSiteDatabase('', cluster.databaseUrl);
    expect(await database.query('SELECT id FROM outcrop.tasks')).toEqual([]);
    expect(
      cluster.s3.requests.filter((request) => request.includes('/runs/') && request.startsWith('PUT')),
    ).toEqual([]);
  });

  test('share out the items of one large export, and its archive is that of one worker', async () => {
    const contents: string[] = [];
    for (const workers of byProfile({ short: [4], full: [4, 1] })) {
      await using cluster = await startCluster({ apis: 1, workers, layer: 'large' });
      const made = await cluster.apis[0]!.exports.create(wish('large', 3));
      await made.wait({ deadlineMs: 300_000 });
      await expectWhole(made);
      contents.push(await digestContents(made));
      const puts = cluster.s3.requests.filter((request) =>
        /^PUT .*\/runs\/\d+\/\d\/contents\.json$/.test(request),
      );
      expect(puts).toHaveLength(3);
      await using database = await openSiteDatabase('', cluster.databaseUrl);
      expect(await database.query('SELECT id FROM outcrop.tasks')).toEqual([]);
    }
    expect(new Set(contents).size).toBe(1);
  });
});

/** As on machines of one core each: processes of exports start on the core of their worker. */
async function bindToCores(workers: readonly SiteProcess[]): Promise<void> {
  for (const [index, { pid }] of workers.entries()) {
    const core = String(index % availableParallelism());
    expect(await runProgram('taskset', ['-a', '-c', '-p', core, String(pid)])).toMatchObject({ exitCode: 0 });
  }
}

describe.runIf(isFullProfile && programs !== null)('throughput', () => {
  test.each([false, true])('with 1, 2 and 4 workers, each bound to one core: %s', async (isBound) => {
    const figures: string[] = [];
    for (const workers of [1, 2, 4]) {
      await using cluster = await startCluster({ apis: 1, workers, layer: 'small' });
      if (isBound) await bindToCores(cluster.workers);
      const started = performance.now();
      const made = await Promise.all(
        Array.from({ length: exportCount }, (_, index) =>
          cluster.apis[0]!.exports.create(wish(`export ${index}`)),
        ),
      );
      await Promise.all(made.map((one) => one.wait({ deadlineMs: 3_600_000 })));
      const seconds = (performance.now() - started) / 1000;
      figures.push(
        `${workers} workers${isBound ? ', each bound to one core' : ''}: ${exportCount} exports of ${pointCount} points in ${seconds.toFixed(1)} s, ${((exportCount / seconds) * 60).toFixed(1)} a minute`,
      );
    }
    printFigures(figures.join('\n'));
    expect(figures).toHaveLength(3);
  });
});
