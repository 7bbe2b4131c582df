import type { Client, Layer } from '@outcrop/client';

import { CommandFailure, usageFailure } from '../command-failure.ts';

/** The layer or table that an id, `layers/3`, `tables/7` or a URL stands for. A URL is passed as it is. */
export async function findItem(
  client: Client,
  written: string,
  signal: AbortSignal,
): Promise<Layer | string> {
  if (/^https?:\/\//i.test(written)) return written;
  const [, collection, id] = /^(?:(layers|tables)\/)?(\d+)\/?$/.exec(written) ?? [];
  if (id === undefined) {
    throw usageFailure(`${JSON.stringify(written)} is neither an id of a layer or table nor the URL of one`);
  }
  if (collection === 'tables') return client.tables.get(Number(id), { signal });
  const { NotFoundError } = await import('@outcrop/client');
  try {
    return await client.layers.get(Number(id), { signal });
  } catch (error) {
    if (!(error instanceof NotFoundError) || collection === 'layers') throw error;
  }
  return findTable(client, Number(id), signal);
}

async function findTable(client: Client, tableId: number, signal: AbortSignal): Promise<Layer> {
  const { NotFoundError } = await import('@outcrop/client');
  try {
    return await client.tables.get(tableId, { signal });
  } catch (cause) {
    if (!(cause instanceof NotFoundError)) throw cause;
    const line = `The site has no layer or table ${tableId}; outcrop layers, or ${client.baseUrl.href}layers/, lists what there is`;
    throw new CommandFailure([line], { cause });
  }
}
