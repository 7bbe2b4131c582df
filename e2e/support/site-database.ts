import { join } from 'node:path';

import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/** A site's database, looked into while no process of the site runs. */
export interface OpenedDatabase extends AsyncDisposable {
  query<Row extends object>(sql: string): Promise<Row[]>;
}

/** Opens the database of a site: the server of the address, or the one embedded in the folder. */
export async function openSiteDatabase(folder: string, url: string | null): Promise<OpenedDatabase> {
  if (url !== null) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return {
      query: async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows,
      [Symbol.asyncDispose]: () => client.end(),
    };
  }
  const embedded = await PGlite.create({ dataDir: join(folder, '.outcrop', 'database') });
  return {
    query: async <Row extends object>(sql: string) => (await embedded.query<Row>(sql)).rows,
    [Symbol.asyncDispose]: () => embedded.close(),
  };
}
