import { ExportsError } from './exports-error.ts';

/**
 * The site could not be reached. Or what it answered points where the client does not go: to another origin (code
 * `foreign-origin`), because the API key belongs to one only, or in circles (code `redirect`).
 */
export class ConnectionError extends ExportsError {
  override readonly name = 'ConnectionError';

  constructor(
    message: string,
    options: { code?: 'connection' | 'foreign-origin' | 'redirect'; cause?: unknown } = {},
  ) {
    super(options.code ?? 'connection', message, options);
  }
}
