import type { SitePaths } from '../catalogue/site-paths.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { openEmbeddedDatabase } from '../database/embedded-database.ts';
import { migrate, requireSchema } from '../database/migrate.ts';
import { openPostgresDatabase } from '../database/postgres-database.ts';
import { lockSite } from './site-lock.ts';

/** A site's database, ready for use. */
export interface SiteDatabase {
  readonly database: Database;
  /** Whether this process is the only one that can have it. */
  readonly isExclusive: boolean;
  close(): Promise<void>;
}

/**
 * Opens the database of a site: the server of the configuration, or the one embedded in the folder.
 *
 * @param options.waitMs how long to wait for another process to leave the embedded one.
 * @throws SiteError where another process has it; SchemaError where its schema is not one that this program can use.
 */
export async function openDatabase(
  paths: SitePaths,
  config: Config,
  options: { waitMs: number; onError: (error: Error) => void },
): Promise<SiteDatabase> {
  if (config.databaseUrl !== null) {
    const database = await openPostgresDatabase(config.databaseUrl, {
      ...options,
      maxConnections: config.databaseConnections,
    });
    return prepare({ database, isExclusive: false, close: () => database.close() }, config);
  }
  const lock = await lockSite(paths, options);
  try {
    const database = await openEmbeddedDatabase(paths.database);
    return await prepare(
      {
        database,
        isExclusive: true,
        async close() {
          await database.close();
          await lock.release();
        },
      },
      config,
    );
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function prepare(opened: SiteDatabase, config: Config): Promise<SiteDatabase> {
  try {
    await (config.migrate === 'auto' ? migrate(opened.database) : requireSchema(opened.database));
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}
