import type { Queryable } from '../database/database.ts';

/** What the archives that can be downloaded take in the store, in bytes. Exports that share an archive count once. */
export async function storedBytes(database: Queryable): Promise<number> {
  const [row] = await database.query<{ bytes: number }>(
    `SELECT coalesce(sum(archive_bytes), 0)::double precision AS bytes FROM outcrop.runs WHERE state = 'complete'`,
  );
  return row?.bytes ?? 0;
}
