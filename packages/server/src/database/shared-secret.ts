import { randomBytes } from 'node:crypto';

import type { Queryable } from './database.ts';

/** A secret of a site that all its processes share: made by whoever needs it first. 32 bytes. */
export async function sharedSecret(database: Queryable, name: string): Promise<Buffer> {
  await database.query(
    'INSERT INTO outcrop.secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
    [name, randomBytes(32).toString('base64url')],
  );
  const [row] = await database.query<{ value: string }>('SELECT value FROM outcrop.secrets WHERE name = $1', [
    name,
  ]);
  if (row === undefined) {
    throw new Error(`The database gave no secret ${name}`);
  }
  return Buffer.from(row.value, 'base64url');
}
