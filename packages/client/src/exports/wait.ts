import { ApiError } from '../errors/api-error.ts';
import { ExportFailedError } from '../errors/export-failed-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { retryAfter } from '../http/retry-after.ts';
import { sleep } from '../http/sleep.ts';
import { startTimeLimit } from '../http/time-limit.ts';
import { mayPass } from '../http/transport.ts';
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
  /**
   * First pause between two looks, in milliseconds.
   *
   * @defaultValue 250
   */
  readonly minMs?: number | undefined;
  /**
   * Longest pause, in milliseconds; a site that asks for a longer one gets it.
   *
   * @defaultValue 10,000
   */
  readonly maxMs?: number | undefined;
}

const factor = 1.5;
/** Looks in a row that may find no site, each of them repeated as the client repeats reads. */
const lostLooks = 5;

/**
 * Looks at an export until it is complete, with pauses that grow, or that the site asks for. `look` refreshes the
 * export and gives the headers of the answer. A state that this version does not know is waited through, as sites may
 * have more of them; so is a site that does not answer for a while, as the export goes on without it.
 */
export async function waitForExport(
  awaited: Export,
  options: WaitOptions,
  look: (signal: AbortSignal) => Promise<Headers>,
): Promise<void> {
  const { deadlineMs = Number.POSITIVE_INFINITY, onProgress } = options;
  const limit = startTimeLimit(deadlineMs, options.signal);
  try {
    const lookPatiently = patient(() => look(limit.signal));
    for (const pauseMs of pauses(options)) {
      const headers = await lookPatiently();
      const { state, progress, stage } = awaited;
      onProgress?.({ state: state ?? 'processing', progress, stage });
      if (state === 'complete') return;
      if (awaited.isTerminal) throw failure(awaited);
      await sleep(Math.max(pauseMs, retryAfter(headers) ?? 0), limit.signal);
    }
  } catch (error) {
    if (!limit.isOver() || error !== limit.signal.reason) throw error;
    throw new TimeoutError(
      `Export ${awaited.id} is still ${awaited.state} after ${deadlineMs} ms; it goes on, so wait() again or cancel() it`,
    );
  } finally {
    limit.stop();
  }
}

/** A look that may fail a few times in a row, for reasons that pass. */
function patient(look: () => Promise<Headers>): () => Promise<Headers> {
  let lost = 0;
  return async () => {
    try {
      const headers = await look();
      lost = 0;
      return headers;
    } catch (error) {
      lost += 1;
      if (lost > lostLooks || !mayPass(error)) throw error;
      return error instanceof ApiError ? error.headers : new Headers();
    }
  };
}

function* pauses({ minMs = 250, maxMs = 10_000 }: WaitOptions): Generator<number, never, undefined> {
  if (!(minMs > 0 && maxMs >= minMs)) {
    throw new InvalidArgumentError(
      `The pauses are from ${minMs} to ${maxMs} ms; give a minMs above 0 and a maxMs that is not less`,
    );
  }
  for (let pauseMs = minMs; ; pauseMs = Math.min(maxMs, pauseMs * factor)) yield pauseMs;
}

function failure(failed: Export): ExportFailedError {
  const name = `Export ${failed.id}${failed.name === null ? '' : ` (${failed.name})`}`;
  if (failed.state === 'cancelled') return new ExportFailedError(`${name} was cancelled`, failed);
  if (failed.state === 'gone') {
    return new ExportFailedError(`${name} is gone: its archive was removed; create it again`, failed);
  }
  return new ExportFailedError(`${name} failed: ${failed.reason ?? 'the site does not say why'}`, failed);
}
