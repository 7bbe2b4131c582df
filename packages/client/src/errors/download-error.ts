import { ExportsError } from './exports-error.ts';

/** The archive could not be fetched or stored whole. The message says what was left behind, if anything. */
export class DownloadError extends ExportsError {
  override readonly name = 'DownloadError';

  constructor(message: string, options: { cause?: unknown } = {}) {
    super('download', message, options);
  }
}
