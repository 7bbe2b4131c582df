import { DownloadError } from '../errors/download-error.ts';
import { retryDelay } from '../http/retry-policy.ts';
import { sleep } from '../http/sleep.ts';
import { isNode } from '../node/environment.ts';
import { type ArchivePosition, type ArchiveSource, openArchive, type OpenArchive } from './open-archive.ts';
import { readChunks } from './read-chunks.ts';

/** How an archive is transferred. */
export interface TransferOptions {
  /** Called first with (0, total), then after each chunk; the total is null where the site does not say. */
  readonly onProgress?: ((bytes: number, totalBytes: number | null) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the head of each answer, and without any data. Default: the client's. */
  readonly timeoutMs?: number | undefined;
  /** Whether a broken connection is taken up where it broke. Default true. */
  readonly resume?: boolean | undefined;
  /** Whether the SHA-256 is compared with the one the site gives. Default true. */
  readonly verify?: boolean | undefined;
}

/** Where bytes go. Its errors end a transfer; those of the network only interrupt it. */
export interface ArchiveSink {
  /** Called once, before the first byte. */
  open(archive: { fileName: string; totalBytes: number | null }): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
  /** Forgets what was written; null where that cannot be. */
  readonly restart: (() => Promise<void>) | null;
  /** Called after the last byte, when everything was found right. */
  finish(): Promise<void>;
  /** Called instead of `finish`, also when `open` failed. Says where the rejected bytes were kept, if they were. */
  discard(why: 'failed' | 'corrupt'): Promise<string | void>;
}

/** A whole archive. */
export interface TransferResult {
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string | null;
}

/** Computes a SHA-256 along the way. */
export interface Hasher {
  update(chunk: Uint8Array): void;
  /** Hex. */
  digest(): string;
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
      if (cause === null) return this.#result();
      breaks = this.#received > before ? 1 : breaks + 1;
      if (breaks > retry.retries || this.#options.resume === false) throw this.#broken(cause);
      await sleep(retryDelay(retry, breaks - 1), this.#options.signal);
    }
  }

  /** One connection. Returns null when the archive is whole, else what broke it. */
  async #receive(): Promise<unknown> {
    const archive = await this.#openArchive();
    const { timeoutMs = this.#source.transport.config.timeoutMs, signal, onProgress } = this.#options;
    const chunks = readChunks(archive.response, timeoutMs);
    try {
      for (;;) {
        signal?.throwIfAborted();
        const next = await chunks.next().catch((error: unknown) => ({ broken: error }));
        if ('broken' in next) return next.broken;
        if (next.done === true) break;
        await this.#sink.write(next.value);
        this.#hasher?.update(next.value);
        this.#received += next.value.byteLength;
        onProgress?.(this.#received, archive.totalBytes);
      }
    } finally {
      await chunks.return();
    }
    if (archive.totalBytes === null || this.#received === archive.totalBytes) return null;
    return new Error(`the site sent ${this.#received} of ${archive.totalBytes} bytes`);
  }

  async #openArchive(): Promise<OpenArchive> {
    const { signal, timeoutMs, onProgress } = this.#options;
    const archive = await openArchive(this.#source, { position: this.#position(), signal, timeoutMs });
    const isFirst = this.#archive === null;
    this.#archive = archive;
    if (isFirst) {
      await this.#open(archive);
      onProgress?.(0, archive.totalBytes);
    } else if (archive.offset !== this.#received) {
      await this.#restart(archive);
    }
    return archive;
  }

  async #open(archive: OpenArchive): Promise<void> {
    try {
      await this.#sink.open(archive);
    } catch (error) {
      await archive.response.body?.cancel();
      throw error;
    }
    this.#hasher = await createHasher();
  }

  async #restart(archive: OpenArchive): Promise<void> {
    if (archive.offset !== 0 || (this.#sink.restart === null && this.#received > 0)) {
      await archive.response.body?.cancel();
      throw this.#broken('the site cannot send the rest of the archive alone');
    }
    await this.#sink.restart?.();
    this.#received = 0;
    this.#hasher = await createHasher();
  }

  #position(): ArchivePosition | null {
    const etag = this.#archive?.etag ?? null;
    return this.#received > 0 && etag !== null ? { offset: this.#received, etag } : null;
  }

  #result(): TransferResult {
    const sha256 = this.#hasher?.digest() ?? null;
    const expected = this.#archive?.sha256 ?? null;
    if (
      this.#options.verify !== false &&
      sha256 !== null &&
      expected !== null &&
      sha256 !== expected.toLowerCase()
    ) {
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

async function createHasher(): Promise<Hasher | null> {
  if (!isNode()) return null;
  const { createSha256 } = await import('../node/sha256.ts');
  return createSha256();
}
