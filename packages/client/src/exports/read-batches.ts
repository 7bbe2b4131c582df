import { TimeoutError } from '../errors/timeout-error.ts';
import { timerMs } from '../http/sleep.ts';

/** How a body is read. */
export interface BatchOptions {
  /** Bytes from which on a batch is handed out. */
  readonly batchBytes: number;
  /** Longest time without a byte, in milliseconds. */
  readonly stallMs: number;
}

/**
 * A body in batches of at least `batchBytes`, but for the last: networks deliver small pieces, and disks like large ones.
 * Nothing is read while the caller works on a batch, so that a slow caller slows the network down.
 *
 * @returns what broke the body, or that it stood still for longer than `stallMs`; null where it came to its end.
 */
export async function* readBatches(
  response: Response,
  options: BatchOptions,
): AsyncGenerator<readonly Uint8Array[], unknown, undefined> {
  if (response.body === null) return null;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { batch, end } = await readBatch(reader, options);
      if (batch.length > 0) yield batch;
      if (end !== null) return 'broken' in end ? end.broken : null;
    }
  } finally {
    // Also frees the connection when the caller stops early; a body that has failed already says so again.
    await reader.cancel().catch(() => undefined);
  }
}

async function readBatch(
  reader: Reader,
  { batchBytes, stallMs }: BatchOptions,
): Promise<{ batch: Uint8Array[]; end: Read | null }> {
  const batch: Uint8Array[] = [];
  for (let bytes = 0; bytes < batchBytes;) {
    const read = await readWithin(reader, stallMs);
    if ('broken' in read || read.done) return { batch, end: read };
    batch.push(read.value);
    bytes += read.value.byteLength;
  }
  return { batch, end: null };
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Read = Awaited<ReturnType<Reader['read']>> | { readonly broken: unknown };

async function readWithin(reader: Reader, stallMs: number): Promise<Read> {
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    // Ends the read that is pending.
    reader.cancel().catch(() => undefined);
  }, timerMs(stallMs));
  try {
    const read = await reader.read();
    return isOver ? { broken: new TimeoutError(`No data for ${stallMs} ms`) } : read;
  } catch (broken) {
    return { broken };
  } finally {
    clearTimeout(timer);
  }
}
