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
  /** A copy of the whole as a gzipped tar archive; null where it is a server's, which has programs of its own for that. */
  readonly dump: (() => Promise<Blob>) | null;
  close(): Promise<void>;
}

/** How a database is opened. */
export interface OpenOptions {
  /** How long to wait for another process to leave the embedded one. */
  readonly waitMs: number;
  readonly onError: (error: Error) => void;
}

/**
 * Opens the database of a site, and brings its schema up to date, or looks whether it is: as the configuration says.
 *
 * @throws SiteError where another process has it; SchemaError where its schema is not one that this program can use.
 */
export async function openDatabase(
  paths: SitePaths,
  config: Config,
  options: OpenOptions,
): Promise<SiteDatabase> {
  const opened = await connectDatabase(paths, config, options);
  try {
    await (config.migrate === 'auto' ? migrate(opened.database) : requireSchema(opened.database));
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/**
 * Opens the database of a site as it is: the server of the configuration, or the one embedded in the folder.
 *
 * @throws SiteError where another process has it.
 */
export async function connectDatabase(
  paths: SitePaths,
  config: Config,
  options: OpenOptions,
): Promise<SiteDatabase> {
  if (config.databaseUrl !== null) {
    const database = await openPostgresDatabase(config.databaseUrl, {
      ...options,
      maxConnections: config.databaseConnections,
    });
    return { database, isExclusive: false, dump: null, close: () => database.close() };
  }
  const lock = await lockSite(paths, options);
  try {
    const database = await openEmbeddedDatabase(paths.database);
    return {
      database,
      isExclusive: true,
      dump: () => database.dump(),
      async close() {
        await database.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
