import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Export } from '@outcrop/client';
import { findPostgres, type PostgresCluster, startPostgres } from '@outcrop/testkit';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { finished, runProgram, startOutcrop } from './support/run-outcrop.ts';
import { createKey } from './support/serve-site.ts';
import { openSiteDatabase } from './support/site-database.ts';
import { SiteProcesses } from './support/site-processes.ts';

/** As it is, and as it is in an address. */
const password = { plain: 'open@sesame-7f3a', encoded: 'open%40sesame-7f3a' };

let root: string;
let folder: string;
let cluster: PostgresCluster;
let environment: Record<string, string>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-e2e-'));
  folder = join(root, 'site');
  await mkdir(folder);
  const programs = await findPostgres();
  if (programs === null) throw new Error('this machine has no PostgreSQL');
  cluster = await startPostgres(programs);
  await makeDatabases();
  environment = { DATABASE_URL: databaseUrl('site') };
  await writeFile(
    join(folder, 'outcrop.yaml'),
    `title: Land
layers:
  - { id: 1, title: Parcels, file: "${withPassword(databaseUrl('land'))}", table: land.parcels }
  - { id: 2, title: Gone, file: "${withPassword(databaseUrl('nowhere'))}", table: land.parcels }
`,
  );
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

function databaseUrl(database: string): string {
  return cluster.url.replace(/\/postgres$/, `/${database}`);
}

function withPassword(url: string): string {
  return url.replace('outcrop@', `outcrop:${password.encoded}@`);
}

async function makeDatabases(): Promise<void> {
  await runSql('postgres', ['CREATE DATABASE land', 'CREATE DATABASE site']);
  await runSql('land', [
    'CREATE EXTENSION postgis',
    'CREATE SCHEMA land',
    'CREATE TABLE land.parcels (id int PRIMARY KEY, name text, shape geometry(Point, 2193))',
    `INSERT INTO land.parcels SELECT n, 'parcel ' || n, ST_SetSRID(ST_MakePoint(1700000 + n, 5400000), 2193)
     FROM generate_series(1, 50) n`,
  ]);
}

async function runSql(database: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(database) });
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}

/** All rows of all tables that the site keeps. */
async function everyRow(): Promise<string> {
  await using database = await openSiteDatabase(folder, environment['DATABASE_URL'] ?? null);
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'outcrop' AND table_type = 'BASE TABLE'`,
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const found = await database.query<{ row: string }>(
      `SELECT row_to_json(t)::text AS row FROM outcrop."${name}" t`,
    );
    rows.push(...found.map(({ row }) => row));
  }
  return rows.join('\n');
}

function expectNoPassword(text: string): void {
  expect(text).not.toContain(password.plain);
  expect(text).not.toContain(password.encoded);
}

test('the password of a PostGIS table is in no row, log, answer or archive', async () => {
  await using processes = new SiteProcesses(folder, environment);
  const site = await processes.start('serve');
  const key = await createKey(folder, ['exports:read', 'exports:write', 'layers:read'], environment);
  const client = new Client(site.url ?? '', { apiKey: key });
  const wanted = new Export({
    name: 'parcels',
    crs: 'EPSG:2193',
    formats: { vector: 'application/geo+json' },
  });
  const archive = await client.exports.run(wanted.addItem('layers/1'), { to: join(root, 'parcels.zip') });

  const bodies = await Promise.all(
    ['layers/', 'layers/1/', 'layers/2/', 'exports/', `exports/${archive.export.id}/`].map(async (path) => {
      const answer = await fetch(new URL(`services/api/v1.x/${path}`, site.url ?? ''), {
        headers: { authorization: `key ${key}` },
      });
      return answer.text();
    }),
  );
  const refused = new Export({ crs: 'EPSG:2193', formats: { vector: 'text/csv' } }).addItem('layers/2');
  const verdict = await client.exports.validate(refused);
  expect(verdict.isValid).toBe(false);
  expectNoPassword([...bodies, JSON.stringify(verdict)].join('\n'));

  const unpacked = await runProgram('unzip', ['-p', archive.path]);
  expect(unpacked.stdout).toContain('parcel 50');
  expectNoPassword(unpacked.stdout);

  const { stdout, stderr } = await processes.stop(site);
  expectNoPassword(stdout + stderr);

  const rows = await everyRow();
  expect(rows).toContain('"relation":"parcels"');
  expectNoPassword(rows);
});

test('a command line tells no password where the database is not there', async () => {
  const request = { crs: 'EPSG:2193', formats: { vector: 'text/csv' }, items: [{ item: 'layers/2' }] };
  await writeFile(join(root, 'request.json'), JSON.stringify(request));
  const { exitCode, stdout, stderr } = await finished(
    startOutcrop(['run', 'request.json', '--site', folder, '--output', 'none.zip'], { cwd: root }),
  );
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('nowhere');
  expectNoPassword(stdout + stderr);
});
