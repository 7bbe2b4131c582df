import type { ExportState } from '../export-state.ts';

/** A message about an export, and how far it is: an extension of ours (wire contract, section 21). */
export interface WireNotification {
  /** The same on every try; the header `webhook-id`. */
  readonly event_id: string;
  /** The state that the export came to. */
  readonly event: Exclude<ExportState, 'processing'>;
  readonly channel: 'webhook' | 'email';
  /** `failed` is not tried again. */
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly tries: number;
  /** What came of the last try, in words. */
  readonly detail: string | null;
  /** ISO 8601, UTC, microseconds. */
  readonly created_at: string;
  readonly tried_at: string | null;
}
