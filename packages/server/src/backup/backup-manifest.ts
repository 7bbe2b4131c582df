import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { SiteError } from '../catalogue/site-error.ts';
import { latestMigration } from '../database/migrations.ts';

const manifestSchema = z.object({
  /** Of this file and of what is beside it. */
  format: z.literal(1),
  /** ISO 8601, UTC: when the database was copied. What was created later is not in the backup. */
  made_at: z.iso.datetime(),
  /** The step of the schema. */
  schema: z.int().min(1),
  /** Files of archives that were copied. */
  archives: z.int().min(0),
});

/** What a backup says of itself, in `backup.json`. It is written last: a folder without it is no whole backup. */
export type BackupManifest = z.infer<typeof manifestSchema>;

/** What is in the folder of a backup. */
export interface BackupPaths {
  readonly manifest: URL;
  readonly database: URL;
  readonly exports: URL;
  readonly configFile: URL;
}

/** The places in the folder of a backup. */
export function backupPaths(folder: URL): BackupPaths {
  return {
    manifest: new URL('backup.json', folder),
    database: new URL('database.tar.gz', folder),
    exports: new URL('exports/', folder),
    configFile: new URL('outcrop.yaml', folder),
  };
}

/**
 * Reads what a backup says of itself.
 *
 * @throws SiteError where the folder is no backup, or one of a newer version.
 */
export async function readManifest(folder: URL): Promise<BackupManifest> {
  const text = await readFile(backupPaths(folder).manifest, 'utf8').catch(() => null);
  if (text === null) {
    throw new SiteError(
      `${folder.pathname} is no whole backup: it has no backup.json; name a folder that \`outcrop backup\` has made.`,
    );
  }
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new SiteError(`The backup.json in ${folder.pathname} is not of this version of Outcrop.`);
  }
  if (parsed.data.schema > latestMigration) {
    throw new SiteError(
      `The backup in ${folder.pathname} is of a newer Outcrop (schema ${parsed.data.schema}, this one knows ${latestMigration}); restore it with that version.`,
    );
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
