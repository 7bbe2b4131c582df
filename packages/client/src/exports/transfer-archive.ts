import { platform } from '#platform';

import type { Hasher } from '../digest/hasher.ts';
import { ApiError } from '../errors/api-error.ts';
import { DownloadError } from '../errors/download-error.ts';
import { abortable } from '../http/abortable.ts';
import { retryDelay } from '../http/retry-policy.ts';
import { sleep } from '../http/sleep.ts';
import type { ArchiveSink } from './archive-sink.ts';
import { type ArchivePosition, type ArchiveSource, openArchive, type OpenArchive } from './open-archive.ts';
import { readBatches } from './read-batches.ts';
import type { TransferOptions } from './transfer-options.ts';

const defaultChunkSize = 1024 * 1024;

/** A whole archive. */
export interface TransferResult {
  readonly fileName: string;
  readonly bytes: number;
  /** Hex; null where it was not to be verified. */
  readonly sha256: string | null;
}

/**
 * Moves an archive from a site into a sink.
 *
 * A connection that breaks is taken up where it broke, by `Range` and `If-Range`, or from the start where the site
 * cannot do that or the archive has changed. It gives up after as many breaks in a row without a byte as the client
 * has retries. Length and digest are checked before the sink is told that it is finished.
 *
 * @throws DownloadError; on abort, `signal.reason`.
 */
export async function transferArchive(
  source: ArchiveSource,
  sink: ArchiveSink,
  options: TransferOptions,
): Promise<TransferResult> {
  const transfer = new Transfer(source, sink, options);
  try {
    const result = await transfer.run();
    await sink.finish();
    return result;
  } catch (error) {
    const kept = await sink.discard(error instanceof CorruptArchiveError ? 'corrupt' : 'failed');
    if (options.signal?.aborted === true) throw options.signal.reason;
    if (error instanceof CorruptArchiveError) {
      throw new DownloadError(`${error.message}${typeof kept === 'string' ? `; it is kept as ${kept}` : ''}`);
    }
    throw error;
  }
}

/** Whole, but not what the site says it is. */
class CorruptArchiveError extends Error {}

class Transfer {
  readonly #source: ArchiveSource;
  readonly #sink: ArchiveSink;
  readonly #options: TransferOptions;
  #archive: OpenArchive | null = null;
  #received = 0;
  #hasher: Hasher | null = null;

  constructor(source: ArchiveSource, sink: ArchiveSink, options: TransferOptions) {
    this.#source = source;
    this.#sink = sink;
    this.#options = options;
  }

  async run(): Promise<TransferResult> {
    const { retry } = this.#source.transport.config;
    for (let breaks = 0; ;) {
      const before = this.#received;
      const cause = await this.#receive();
      if (cause === null) return await this.#result();
      breaks = this.#received > before ? 1 : breaks + 1;
      if (breaks > retry.retries || this.#options.resume === false) throw this.#broken(cause);
      await sleep(retryDelay(retry, breaks - 1), this.#options.signal);
    }
  }

  /** One connection. Returns null when the archive is whole, else what broke it. */
  async #receive(): Promise<unknown> {
    const { totalBytes, response } = await this.#openArchive();
    const { timeoutMs, signal, onProgress, chunkSize } = this.#options;
    const batches = readBatches(response, {
      batchBytes: chunkSize ?? defaultChunkSize,
      stallMs: timeoutMs ?? this.#source.transport.config.timeoutMs,
    });
    // The next batch is read while this one is written; never more than the two are held.
    let writing: Promise<void> = Promise.resolve();
    try {
      for (;;) {
        signal?.throwIfAborted();
        const next = await batches.next();
        await abortable(writing, signal);
        if (next.done === true) return next.value ?? this.#missing(totalBytes);
        writing = this.#take(next.value);
        writing.catch(() => undefined);
        onProgress?.(this.#received, totalBytes);
      }
    } finally {
      await batches.return(null);
    }
  }

  #missing(totalBytes: number | null): Error | null {
    if (totalBytes === null || this.#received === totalBytes) return null;
    return new Error(`the site sent ${this.#received} of ${totalBytes} bytes`);
  }

  async #take(batch: readonly Uint8Array[]): Promise<void> {
    for (const { byteLength } of batch) this.#received += byteLength;
    await this.#sink.write(batch);
    await this.#hasher?.update(batch);
    this.#sink.release?.(batch);
  }

  async #openArchive(): Promise<OpenArchive> {
    const { signal, timeoutMs, onProgress } = this.#options;
    const open = (position: ArchivePosition | null): Promise<OpenArchive> =>
      openArchive(this.#source, { position, signal, timeoutMs });
    const position = this.#position();
    const archive = await open(position).catch((error: unknown) => {
      // The archive has become shorter than what is here already.
      if (position !== null && error instanceof ApiError && error.status === 416) return open(null);
      throw error;
    });
    const isFirst = this.#archive === null;
    this.#archive = archive;
    if (isFirst) {
      await this.#orClose(archive, () => this.#sink.open(archive));
      this.#hasher = this.#createHasher();
      onProgress?.(0, archive.totalBytes);
    } else if (archive.offset !== this.#received) {
      await this.#orClose(archive, () => this.#restart(archive));
    }
    return archive;
  }

  async #orClose(archive: OpenArchive, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await archive.response.body?.cancel();
      throw error;
    }
  }

  async #restart(archive: OpenArchive): Promise<void> {
    if (archive.offset !== 0 || this.#sink.restart === null) {
      throw this.#broken('the site cannot send the rest of the archive alone');
    }
    await this.#sink.restart();
    this.#received = 0;
    this.#hasher = this.#createHasher();
  }

  #createHasher(): Hasher | null {
    if (this.#options.verify === false) return null;
    return this.#sink.createSha256?.() ?? platform.createSha256();
  }

  #position(): ArchivePosition | null {
    const etag = this.#archive?.etag ?? null;
    return this.#received > 0 && etag !== null ? { offset: this.#received, etag } : null;
  }

  async #result(): Promise<TransferResult> {
    const sha256 = (await this.#hasher?.digest()) ?? null;
    const expected = this.#archive?.sha256?.toLowerCase() ?? sha256;
    if (sha256 !== null && sha256 !== expected) {
      throw new CorruptArchiveError(
        `The archive is not what the site says it is: its SHA-256 is ${sha256}, and ${expected} was promised. Download it again`,
      );
    }
    return { fileName: this.#archive?.fileName ?? '', bytes: this.#received, sha256 };
  }

  #broken(cause: unknown): DownloadError {
    const total = this.#archive?.totalBytes ?? null;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new DownloadError(
      `The download of ${this.#source.name} broke after ${this.#received}${total === null ? '' : ` of ${total}`} bytes: ${reason}. Try again`,
      { cause },
    );
  }
}
