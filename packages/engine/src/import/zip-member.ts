import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import yauzl from 'yauzl';

import { EngineError } from '../engine-error.ts';

/** A member of a zip. */
export interface ZipMember {
  readonly zip: string;
  readonly member: string;
}

/**
 * Writes a member of a zip as a file.
 *
 * @throws EngineError `source-corrupt`
 */
export async function extractMember(
  { zip, member }: ZipMember,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const file = await yauzl.openPromise(zip, { strictFileNames: true });
    for await (const entry of file.eachEntry()) {
      if (entry.fileName !== member) continue;
      const stream = await file.openReadStreamPromise(entry);
      await pipeline(stream, createWriteStream(target), ...(signal ? [{ signal }] : []));
      return;
    }
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError('source-corrupt', `${member} in ${zip} cannot be read: ${reason}.`, {
      cause: error,
    });
  }
}
