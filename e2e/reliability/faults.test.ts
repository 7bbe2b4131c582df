import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Client, Export, ExportFailedError } from '@outcrop/client';
import { findPostgres, startPostgres, startS3 } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { insist } from '../support/insist.ts';
import { makeLargeLayer } from '../support/large-layer.ts';
import { runOutcrop, runProgram } from '../support/run-outcrop.ts';
import { createKey } from '../support/serve-site.ts';
import { type Role, type SiteProcess, SiteProcesses } from '../support/site-processes.ts';

const programs = await findPostgres();
const scopes = ['exports:read', 'exports:write', 'layers:read'];
const patience = { timeout: 30_000, interval: 50 };

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-faults-'));
  await mkdir(join(root, 'data'));
  await makeLargeLayer(join(root, 'data'), 80_000);
});

afterAll(() => rm(root, { recursive: true }));

let sites = 0;

interface FaultySite extends AsyncDisposable {
  readonly folder: string;
  readonly processes: SiteProcesses;
  readonly front: SiteProcess;
  readonly client: Client;
  readonly key: string;
}

/** A site of its own over the same data, and a client of it. */
async function openSite(
  roles: readonly [Role, ...Role[]] = ['serve'],
  { environment = {}, limits = '' }: { environment?: Record<string, string>; limits?: string } = {},
): Promise<FaultySite> {
  const folder = join(root, `site-${(sites += 1)}`);
  await mkdir(folder);
  const copied = await runProgram('cp', [join(root, 'data', 'points.gpkg'), folder]);
  expect(copied.exitCode).toBe(0);
  expect(await runOutcrop(['init', folder], { cwd: root })).toMatchObject({ exitCode: 0 });
  const config = join(folder, 'outcrop.yaml');
  await writeFile(config, `${await readFile(config, 'utf8')}\n${limits}`);
  const key = await createKey(folder, scopes, environment);
  const processes = new SiteProcesses(folder, { OUTCROP_LEASE_SECONDS: '3', ...environment });
  const [first, ...others] = roles;
  const front = await processes.start(first);
  for (const role of others) await processes.start(role);
  const client = new Client(front.url ?? '', { apiKey: key });
  return {
    folder,
    processes,
    front,
    client,
    key,
    [Symbol.asyncDispose]: () => processes[Symbol.asyncDispose](),
  };
}

let names = 0;

function wish(format = 'application/geo+json'): Export {
  return new Export({
    name: `fault ${(names += 1)}`,
    crs: 'EPSG:4326',
    formats: { vector: format },
    items: [{ item: 'layers/1' }],
  });
}

async function untilRunning(made: Export): Promise<void> {
  await vi.waitFor(async () => expect((await made.refresh()).progress).toBeGreaterThan(0), patience);
}

/** The archive is downloaded and looked at by two programs. */
async function expectWhole({ folder }: FaultySite, made: Export): Promise<void> {
  const to = await mkdtemp(join(root, 'downloads-'));
  const { path } = await made.download(to);
  expect(await runProgram('unzip', ['-tq', path])).toMatchObject({ exitCode: 0 });
  expect(await runOutcrop(['verify', path], { cwd: folder })).toMatchObject({ exitCode: 0 });
}

describe.skipIf(programs === null)('a PostgreSQL server that', () => {
  test('is restarted while exports run loses none, and the site says meanwhile that it is unreachable', async () => {
    await using cluster = await startPostgres(programs ?? '');
    await using site = await openSite(['api', 'worker', 'worker'], {
      environment: { DATABASE_URL: cluster.url },
    });
    const made = await Promise.all([1, 2, 3, 4].map(() => site.client.exports.create(wish())));
    await untilRunning(made[0]!);
    await cluster.stop();
    const address = made[0]!.url ?? '';
    const headers = { authorization: `key ${site.key}` };
    const answer = await fetch(address, { headers });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toEqual({
      detail: expect.stringContaining('cannot reach its database') as string,
    });
    await delay(1000);
    await cluster.start();
    await insist(address, { headers });
    for (const one of made) {
      await one.wait({ deadlineMs: 120_000 });
      await expectWhole(site, one);
    }
    expect(site.processes.all).toHaveLength(3);
  });
});

describe('a bucket that', () => {
  test('fails for a while loses no export, and says so where an archive is asked for', async () => {
    await using s3 = await startS3();
    await using site = await openSite(['serve'], { environment: { ...s3.environment } });
    let refused = 0;
    // Each put fails several times in a row, as often as a client of S3 tries by itself and more.
    s3.intercept = ({ method }, response) => {
      if (method !== 'PUT' || refused >= 6) return false;
      refused += 1;
      response.writeHead(500).end();
      return true;
    };
    const made = await site.client.exports.create(wish('text/csv'));
    await made.wait({ deadlineMs: 120_000 });
    expect(refused).toBe(6);
    await expectWhole(site, made);
    s3.intercept = (_, response) => {
      response.writeHead(503).end();
      return true;
    };
    const headers = { authorization: `key ${site.key}` };
    const answer = await fetch(made.downloadUrl ?? '', { headers, redirect: 'manual' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    s3.intercept = () => false;
    await expectWhole(site, made);
  });

  test('does not answer at all is given up and asked again, and the export is whole', async () => {
    await using s3 = await startS3();
    await using site = await openSite(['serve'], { environment: { ...s3.environment } });
    let unanswered = 0;
    s3.intercept = ({ method }) => {
      if (method !== 'PUT' || unanswered >= 1) return false;
      unanswered += 1;
      return true;
    };
    const made = await site.client.exports.create(wish('text/csv'));
    await made.wait({ deadlineMs: 240_000 });
    expect(unanswered).toBe(1);
    await expectWhole(site, made);
  });
});

describe('a program of GDAL that', () => {
  test('is killed is tried again, and the export is whole', async () => {
    const bin = join(root, 'bin');
    await mkdir(bin);
    // The first time it is called it is ended as the kernel does it when there is no memory left.
    const script = `#!/bin/bash\nif mkdir "${bin}/was-called" 2>/dev/null; then kill -9 $$; fi\nexec /usr/bin/ogr2ogr "$@"\n`;
    await writeFile(join(bin, 'ogr2ogr'), script);
    await chmod(join(bin, 'ogr2ogr'), 0o755);
    const path = `${bin}:${process.env['PATH'] ?? ''}`;
    await using site = await openSite(['serve'], { environment: { PATH: path } });
    const made = await site.client.exports.create(wish('application/gml+xml'));
    await made.wait({ deadlineMs: 120_000 });
    expect(await readdir(bin)).toContain('was-called');
    expect(site.processes.logs.join('')).toContain('Export:Task:Retried');
    await expectWhole(site, made);
  });
});

describe('an export that', () => {
  test('needs more memory than the site gives to one ends with that reason, and the site stays up', async () => {
    await using site = await openSite(['serve'], { limits: 'limits: { max_run_memory_bytes: 60000000 }\n' });
    const made = await site.client.exports.create(wish());
    const failure = await made.wait({ deadlineMs: 60_000 }).catch((caught: unknown) => caught);
    expect(failure).toBeInstanceOf(ExportFailedError);
    expect(made.error).toMatchObject({
      code: 'memory-limit',
      detail: expect.stringContaining('choose a smaller area') as string,
    });
    expect(await readdir(join(site.folder, '.outcrop', 'work'))).toEqual([]);
    expect(site.processes.all).toHaveLength(1);
  });

  test('takes longer than the site gives to one ends with that reason', async () => {
    const bin = join(root, 'slow');
    await mkdir(bin);
    await writeFile(join(bin, 'ogr2ogr'), '#!/bin/bash\nexec sleep 600\n');
    await chmod(join(bin, 'ogr2ogr'), 0o755);
    const path = `${bin}:${process.env['PATH'] ?? ''}`;
    await using site = await openSite(['serve'], {
      environment: { PATH: path },
      limits: 'limits: { max_run_seconds: 5 }\n',
    });
    const made = await site.client.exports.create(wish('application/gml+xml'));
    const failure = await made.wait({ deadlineMs: 60_000 }).catch((caught: unknown) => caught);
    expect(failure).toBeInstanceOf(ExportFailedError);
    expect(made.error).toMatchObject({ code: 'time-limit' });
    expect(await readdir(join(site.folder, '.outcrop', 'work'))).toEqual([]);
  });
});

describe('a clock that', () => {
  test.skipIf(programs === null).each([
    { jump: 'forward', byMs: 7_200_000 },
    { jump: 'back', byMs: -7_200_000 },
  ])('jumps $jump by two hours takes no task from the worker that has it', async ({ byMs }) => {
    const preload = join(root, `jump${byMs}.mjs`);
    // The clock of one worker jumps two seconds after it has started; the database keeps its own.
    await writeFile(
      preload,
      `const now = Date.now.bind(Date); let by = 0; Date.now = () => now() + by; setTimeout(() => { by = ${byMs}; }, 2000).unref();\n`,
    );
    await using cluster = await startPostgres(programs ?? '');
    const environment = { DATABASE_URL: cluster.url };
    await using site = await openSite(['api', 'worker'], { environment });
    await using jumping = new SiteProcesses(site.folder, {
      ...environment,
      OUTCROP_LEASE_SECONDS: '3',
      NODE_OPTIONS: `--import=${preload}`,
    });
    await jumping.start('worker');
    const made = await Promise.all([1, 2, 3, 4, 5, 6].map(() => site.client.exports.create(wish())));
    for (const one of made) await one.wait({ deadlineMs: 120_000 });
    await expectWhole(site, made[5]!);
    const logs = [...site.processes.logs, ...jumping.logs].join('');
    // Each was done in one go: nobody took it for abandoned.
    expect(logs).not.toContain('Export:Task:Lost');
    expect(logs.match(/Export:Task:Done/g)).toHaveLength(6);
  });
});

describe('an archive that', () => {
  test('was cut in the store is never taken for a whole one', async () => {
    await using site = await openSite();
    const made = await site.client.exports.create(wish('text/csv'));
    await made.wait({ deadlineMs: 60_000 });
    const store = join(site.folder, '.outcrop', 'exports');
    const [name] = (await readdir(store, { recursive: true })).filter((one) => one.endsWith('.zip'));
    const archive = join(store, name ?? '');
    const bytes = await readFile(archive);
    await writeFile(archive, bytes.subarray(0, bytes.length / 2));
    const to = await mkdtemp(join(root, 'cut-'));
    await expect(made.download(to)).rejects.toThrow('gone');
    expect(await readdir(to)).toEqual([]);
    expect((await made.refresh()).state).toBe('gone');
  });
});
