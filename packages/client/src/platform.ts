import type { Hasher } from './digest/hasher.ts';
import type { FileSink } from './exports/archive-sink.ts';

/** What differs between Node and browsers. The file that `#platform` stands for exports one. */
export interface Platform {
  /** The API key of the environment; null where there is none. */
  environmentKey(): string | null;
  /** Whether `User-Agent` may be set. */
  readonly setsUserAgent: boolean;
  /** A SHA-256 of so many bytes, if that is known. */
  createSha256(totalBytes: number | null): Hasher;
  /**
   * A sink that is a file in the end.
   *
   * @throws DownloadError where the folder is missing or cannot be written to; InvalidArgumentError in browsers.
   */
  createFileSink(target: string | URL, options: { overwrite: boolean }): Promise<FileSink>;
}
