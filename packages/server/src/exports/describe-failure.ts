import { randomUUID } from 'node:crypto';

import { type FailureCode, failures, type WireFailure } from '@outcrop/contract';
import { EngineError } from '@outcrop/engine';

import { withoutFolder } from '../catalogue/without-folder.ts';

/** Why an export failed, for its owner and for the log. */
export interface DescribedFailure {
  readonly failure: WireFailure;
  /** Names an internal error in the log and in `failure`; null for other failures. */
  readonly incident: string | null;
  /** Whether the operator should look at it. */
  readonly isSites: boolean;
}

/** Their messages hold the figure and what follows from it. */
const explainedWhereMade: readonly FailureCode[] = ['format-limit', 'time-limit', 'memory-limit'];

/** Their messages are about the inside of the site: the owner gets other words, the log has these. */
const insideOnly: readonly FailureCode[] = ['disk-full', 'storage', 'archive-corrupt'];

/**
 * Says why an export failed: what happened, to which item where the engine knows it, and what to do. Nothing of where the
 * site keeps its files; what nobody foresaw gets a number to ask the operator about.
 *
 * @param folder the site's, which is left out of paths.
 */
export function describeFailure(error: unknown, folder: URL): DescribedFailure {
  const code = codeOf(error);
  const { meaning, remedy, who } = failures[code];
  const incident = code === 'internal' ? randomUUID() : null;
  const problem =
    error instanceof EngineError && code !== 'internal' && !insideOnly.includes(code)
      ? asSentence(withoutFolder(error.message, folder))
      : meaning;
  const isExplained = explainedWhereMade.includes(code) || problem.includes(remedy);
  const what = isExplained ? problem : `${problem} ${remedy}`;
  return {
    failure: { code, detail: incident === null ? what : `${what} This is incident ${incident}.` },
    incident,
    isSites: who === 'operator',
  };
}

function codeOf(error: unknown): FailureCode {
  if (error instanceof EngineError) {
    return error.code;
  }
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC' ? 'disk-full' : 'internal';
}

function asSentence(message: string): string {
  const text = message.trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
