import { ExportsError } from './exports-error.ts';

/**
 * The site could not be reached, or what it answered points where the client does not go: the code is then
 * `foreign-origin`, because the API key belongs to one origin only.
 */
export class ConnectionError extends ExportsError {
  constructor(message: string, options: { code?: 'connection' | 'foreign-origin'; cause?: unknown } = {}) {
    super(options.code ?? 'connection', message, options);
  }
}
