import type { Transport } from '../http/transport.ts';

/** What an export needs to speak with the site it is on. */
export interface ExportContext {
  readonly transport: Transport;
  /** URL of the list of exports, with its slash. */
  readonly collection: URL;
}
