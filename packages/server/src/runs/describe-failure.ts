import { randomUUID } from 'node:crypto';

import { type FailureCode, failures, type WireFailure } from '@outcrop/contract';
import { EngineError, hasCode } from '@outcrop/engine';
import type { Logger } from 'pino';

import { withoutFolder } from '../catalogue/without-folder.ts';
import { StorageError } from '../storage/storage-error.ts';

/** Their messages hold the figure and what follows from it. */
const explainedWhereMade: readonly FailureCode[] = ['format-limit', 'time-limit', 'memory-limit'];

/** Their messages are about the inside of the site: the owner gets other words, the log has these. */
const insideOnly: readonly FailureCode[] = ['disk-full', 'storage', 'archive-corrupt'];

/**
 * Why a run failed, in words for whoever asked for it: what happened, to which item where the engine knows it, and what to
 * do. What nobody foresaw is in the log, under a number that they can tell.
 *
 * @param context.folder the site folder, which the words must not name.
 */
export function describeFailure(
  error: unknown,
  { folder, logger }: { folder: URL; logger: Logger },
): WireFailure {
  const code = codeOf(error);
  const { meaning, remedy, who } = failures[code];
  const incident = code === 'internal' ? randomUUID() : null;
  const facts = { err: error, code, ...(incident === null ? {} : { incident }) };
  logger[who === 'operator' ? 'error' : 'warn'](facts, 'Export:Run:Failed');
  const isSpeaking = error instanceof EngineError && incident === null && !insideOnly.includes(code);
  const problem = isSpeaking ? asSentence(withoutFolder(error.message, folder)) : meaning;
  const isExplained = explainedWhereMade.includes(code) || problem.includes(remedy);
  const words = isExplained && isSpeaking ? problem : `${problem} ${remedy}`;
  return { code, detail: incident === null ? words : `${words} This is incident ${incident}.` };
}

function codeOf(error: unknown): FailureCode {
  if (error instanceof EngineError) {
    return error.code;
  }
  if (error instanceof StorageError) {
    return 'storage';
  }
  return hasCode(error, 'ENOSPC') ? 'disk-full' : 'internal';
}

function asSentence(message: string): string {
  const text = message.trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
