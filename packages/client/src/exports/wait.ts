import { ExportFailedError } from '../errors/export-failed-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { retryAfter } from '../http/retry-after.ts';
import { sleep } from '../http/sleep.ts';
import type { Export } from './export.ts';
import type { State } from './export-fields.ts';

/** How far an export is. */
export interface ExportProgress {
  readonly state: State;
  /** 0 to 1; null where the site does not say. */
  readonly progress: number | null;
  /** In words; null where the site does not say. */
  readonly stage: string | null;
}

/** How to wait. */
export interface WaitOptions {
  /** Called after each look. */
  readonly onProgress?: ((progress: ExportProgress) => void) | undefined;
  /** Ends the waiting, not the export. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait, in milliseconds. Default: none. */
  readonly deadlineMs?: number | undefined;
  /** First pause between two looks, in milliseconds. Default 250. */
  readonly minMs?: number | undefined;
  /** Longest pause. Default 10,000. */
  readonly maxMs?: number | undefined;
}

const factor = 1.5;

/**
 * Looks at an export until it is complete, with pauses that grow, or that the site asks for. `look` refreshes the
 * export and gives the headers of the answer. A state that this version does not know is waited
 * through, as sites may have more of them.
 */
export async function waitForExport(
  awaited: Export,
  options: WaitOptions,
  look: () => Promise<Headers>,
): Promise<void> {
  const { signal, deadlineMs = Number.POSITIVE_INFINITY, minMs = 250, maxMs = 10_000 } = options;
  const startedAt = performance.now();
  for (let pauseMs = minMs; ; pauseMs = Math.min(maxMs, pauseMs * factor)) {
    const headers = await look();
    const { state, progress, stage } = awaited;
    options.onProgress?.({ state: state ?? 'processing', progress, stage });
    if (state === 'complete') return;
    if (awaited.isTerminal) throw failure(awaited);
    const leftMs = deadlineMs - (performance.now() - startedAt);
    if (leftMs <= 0) {
      throw new TimeoutError(
        `Export ${awaited.id} is still ${state} after ${deadlineMs} ms; it goes on, so wait() again or cancel() it`,
      );
    }
    await sleep(Math.min(Math.max(pauseMs, retryAfter(headers) ?? 0), leftMs), signal);
  }
}

function failure(failed: Export): ExportFailedError {
  const name = `Export ${failed.id}${failed.name === null ? '' : ` (${failed.name})`}`;
  if (failed.state === 'cancelled') return new ExportFailedError(`${name} was cancelled`, failed);
  if (failed.state === 'gone') {
    return new ExportFailedError(`${name} is gone: its archive was removed; create it again`, failed);
  }
  return new ExportFailedError(`${name} failed: ${failed.reason ?? 'the site does not say why'}`, failed);
}
