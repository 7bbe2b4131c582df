import type { Export } from '../exports/export.ts';
import { ExportsError } from './exports-error.ts';

/** The export ended without an archive: its state is `error`, `cancelled` or `gone`. */
export class ExportFailedError extends ExportsError {
  override readonly name = 'ExportFailedError';
  readonly export: Export;

  constructor(message: string, failed: Export) {
    super('export-failed', message);
    this.export = failed;
  }
}
