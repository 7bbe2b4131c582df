import type { Hasher } from '../digest/hasher.ts';

/** Where bytes go. Its errors end a transfer; those of the network only interrupt it. */
export interface ArchiveSink {
  /** Called once, before the first byte. */
  open(archive: { fileName: string; totalBytes: number | null }): Promise<void>;
  /** Takes the next bytes, in pieces; resolves when there is room for more. */
  write(chunks: readonly Uint8Array[]): Promise<void>;
  /**
   * A hasher of what is written from now on, which is told of each piece when it has been written; for sinks that know a
   * better one than the platform's.
   */
  createSha256?(): Hasher;
  /** Called when neither the sink nor anyone else uses these pieces any more; for sinks that keep no bytes. */
  release?(chunks: readonly Uint8Array[]): void;
  /** Forgets what was written; null where that cannot be. */
  readonly restart: (() => Promise<void>) | null;
  /** Called after the last byte, when everything was found right. */
  finish(): Promise<void>;
  /** Called instead of `finish`, also when `open` failed. Says where the rejected bytes were kept, if they were. */
  discard(why: 'failed' | 'corrupt'): Promise<string | void>;
}

/** A sink that is a file in the end. */
export interface FileSink extends ArchiveSink {
  /** Where the file will be; known once the sink is open. */
  readonly path: string;
}
