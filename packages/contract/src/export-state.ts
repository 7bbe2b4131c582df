/**
 * The life of an export as the wire shows it (wire contract, section 6):
 *
 *     processing -> complete | error | cancelled
 *     complete   -> gone
 *
 * Nothing else is ever a state; attempts, leases and checkpoints are internal to a site.
 */
export const exportStates = ['processing', 'complete', 'cancelled', 'error', 'gone'] as const;

/** One of the five states an export can be in. */
export type ExportState = (typeof exportStates)[number];

const successors: Readonly<Record<ExportState, readonly ExportState[]>> = {
  processing: ['complete', 'error', 'cancelled'],
  complete: ['gone'],
  cancelled: [],
  error: [],
  gone: [],
};

/** Whether an export may go from one state to another. */
export function canTransition(from: ExportState, to: ExportState): boolean {
  return successors[from].includes(to);
}

/** Whether polling can stop: every state but `processing`. Unknown states of other sites are not terminal. */
export function isTerminal(state: string): boolean {
  return state !== 'processing' && (exportStates as readonly string[]).includes(state);
}
