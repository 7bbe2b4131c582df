import { sitePaths } from '../catalogue/site-paths.ts';
import { type Config, loadConfig } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { latestMigration, migrations } from '../database/migrations.ts';
import { openDeliveryQueue } from '../notifications/delivery-queue.ts';
import { connectDatabase } from './open-database.ts';

/** What a migration has done. */
export interface MigratedSite {
  /** The steps that were missing, in words. */
  readonly steps: readonly { readonly id: number; readonly name: string }[];
  /** The step that the schema is at now. */
  readonly schema: number;
}

/**
 * Brings the schema of a site's database up to date, as a step of its own: before the processes of a new version start.
 *
 * @throws SiteError where a running site has the embedded database; SchemaError where a newer version has used the database.
 */
export async function migrateSite(order: {
  readonly folder: URL;
  readonly config?: Config;
}): Promise<MigratedSite> {
  const { folder, config = loadConfig() } = order;
  const opened = await connectDatabase(sitePaths(folder), config, { waitMs: 2000, onError: () => undefined });
  try {
    const made = await migrate(opened.database);
    // The queue of what is told to people has a schema of its own, which its library makes.
    const queue = await openDeliveryQueue(opened.database, { onError: () => undefined });
    await queue.close();
    return {
      steps: migrations.filter(({ id }) => made.includes(id)).map(({ id, name }) => ({ id, name })),
      schema: latestMigration,
    };
  } finally {
    await opened.close();
  }
}
