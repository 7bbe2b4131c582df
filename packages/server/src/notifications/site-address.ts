import type { Queryable } from '../database/database.ts';

/** Writes down the address that people use, which an API knows and the processes that deliver messages do not. */
export async function rememberSiteAddress(database: Queryable, siteRoot: URL): Promise<void> {
  await database.query(
    `INSERT INTO outcrop.site_address (url) VALUES ($1) ON CONFLICT (is_only) DO UPDATE SET url = excluded.url`,
    [siteRoot.href],
  );
}

/**
 * The address that people use, as the API that started last knows it. Ends in `/`.
 *
 * @throws Error where no API has ever run.
 */
export async function readSiteAddress(database: Queryable): Promise<URL> {
  const [row] = await database.query<{ url: string }>('SELECT url FROM outcrop.site_address');
  if (row === undefined) {
    throw new Error('No API of the site has run yet, so that its address is not known');
  }
  return new URL(row.url);
}
