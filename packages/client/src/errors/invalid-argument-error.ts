import { ExportsError } from './exports-error.ts';

/** An argument that cannot work, found before anything was sent. The message names the value and the remedy. */
export class InvalidArgumentError extends ExportsError {
  override readonly name = 'InvalidArgumentError';

  constructor(message: string, options: { cause?: unknown } = {}) {
    super('invalid-argument', message, options);
  }
}
