import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { SiteError } from '../catalogue/site-error.ts';
import { type SitePaths, sitePaths } from '../catalogue/site-paths.ts';
import { type Config, loadConfig } from '../config.ts';
import { latestMigration } from '../database/migrations.ts';
import { adminSecretHeader } from '../admin/admin-secret.ts';
import { openDatabase } from '../site/open-database.ts';
import { findRunningSite, type RunningSite } from '../site/running-site.ts';
import { backupPaths, type BackupManifest } from './backup-manifest.ts';
import { copyArchives } from './copy-archives.ts';
import { databaseDumpPath } from './dump-operation.ts';

/** Which site is backed up, and where to. */
export interface BackupOrder {
  readonly folder: URL;
  /** A folder that is not there yet, or is empty. */
  readonly to: URL;
  readonly config?: Config;
}

/**
 * Backs a site with an embedded database up, whether it runs or not: the database first, then the archives, so that no export of
 * the copy is newer than its archive. The data that the site serves are not copied.
 *
 * @throws SiteError where the database is a server's, or there is something in `to`.
 */
export async function backUpSite(order: BackupOrder): Promise<BackupManifest> {
  const { folder, config = loadConfig() } = order;
  if (config.databaseUrl !== null) {
    throw new SiteError(
      'The database is a server’s (DATABASE_URL): use pg_dump, then copy the archives; docs/operate/backup.md has the commands.',
    );
  }
  const paths = sitePaths(folder);
  const target = fileURLToPath(order.to).replace(/\/$/, '');
  const draft = pathToFileURL(`${target}.partial/`);
  if ((await readdir(target).catch(() => [])).length > 0) {
    throw new SiteError(`There is something in ${target} already; name a folder that is empty or not there.`);
  }
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    const manifest = await copySite(paths, config, draft);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function copySite(paths: SitePaths, config: Config, draft: URL): Promise<BackupManifest> {
  const places = backupPaths(draft);
  const madeAt = new Date().toISOString();
  await copyFile(paths.configFile, places.configFile);
  const running = await findRunningSite(paths);
  const dump = running === null ? await dumpHere(paths, config) : await askForDump(running);
  await pipeline(
    Readable.fromWeb(dump as ReadableStream),
    createWriteStream(places.database, { mode: 0o600 }),
  );
  const archives = await copyArchives(paths.exports, places.exports);
  const manifest: BackupManifest = { format: 1, made_at: madeAt, schema: latestMigration, archives };
  await writeFile(places.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

async function askForDump(running: RunningSite): Promise<ReadableStream> {
  const response = await fetch(new URL(databaseDumpPath, running.url), {
    headers: { [adminSecretHeader]: running.secret },
  });
  if (!response.ok || response.body === null) {
    throw new SiteError(
      `The site at ${running.url} did not give its database (HTTP ${response.status}); stop it, and back it up then.`,
    );
  }
  return response.body as ReadableStream;
}

async function dumpHere(paths: SitePaths, config: Config): Promise<ReadableStream> {
  const opened = await openDatabase(paths, config, { waitMs: 2000, onError: () => undefined });
  try {
    if (opened.dump === null) {
      throw new SiteError('The database of this site is not embedded.');
    }
    return (await opened.dump()).stream() as ReadableStream;
  } finally {
    await opened.close();
  }
}
