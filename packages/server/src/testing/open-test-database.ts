import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import { PGlite } from '@electric-sql/pglite';

import type { Database } from '../database/database.ts';
import { openEmbeddedDatabase } from '../database/embedded-database.ts';
import { migrate } from '../database/migrate.ts';

const cacheFolder = new URL('../../../../node_modules/.cache/outcrop/', import.meta.url);

/** A database in memory with the site's schema. Begins with a kept template: making a new one takes seconds. */
export async function openTestDatabase(): Promise<Database> {
  const database = await openEmbeddedDatabase(null, await readTemplate());
  await migrate(database);
  return database;
}

async function readTemplate(): Promise<Blob> {
  // Templates of another version of PostgreSQL would not open.
  const entry = pathToFileURL(createRequire(import.meta.url).resolve('@electric-sql/pglite'));
  const manifest = await readFile(new URL('../package.json', entry), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const file = new URL(`pglite-${version}.tar`, cacheFolder);
  const kept = await readFile(file).catch(() => null);
  return kept === null ? makeTemplate(file) : new Blob([kept]);
}

async function makeTemplate(file: URL): Promise<Blob> {
  const engine = await PGlite.create();
  const template = await engine.dumpDataDir('none');
  await engine.close();
  await mkdir(cacheFolder, { recursive: true });
  const draft = new URL(`${file.href}.${process.pid}`);
  await writeFile(draft, Buffer.from(await template.arrayBuffer()));
  await rename(draft, file);
  return template;
}
