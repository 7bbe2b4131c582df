import type { Hasher } from './digest/hasher.ts';
import type { FileSink } from './exports/archive-sink.ts';
import type { Fetch } from './http/api-request.ts';

/** What differs between Node and browsers. The file that `#platform` stands for exports one. */
export interface Platform {
  /** The API key of the environment; null where there is none. */
  environmentKey(): string | null;
  /** Whether `User-Agent` may be set. */
  readonly setsUserAgent: boolean;
  /** The `fetch` for archives. */
  readonly fetchArchive: Fetch;
  createSha256(): Hasher;
  /**
   * A sink that is a file in the end.
   *
   * @throws DownloadError where the folder is missing or cannot be written to; InvalidArgumentError in browsers.
   */
  createFileSink(target: string | URL, options: { overwrite: boolean }): Promise<FileSink>;
}
