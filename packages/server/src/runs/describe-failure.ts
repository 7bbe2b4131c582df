import { randomUUID } from 'node:crypto';

import type { WireFailure } from '@outcrop/contract';
import { EngineError } from '@outcrop/engine';
import type { Logger } from 'pino';

import { withoutFolder } from '../catalogue/without-folder.ts';

/**
 * Why a run failed, in words for whoever asked for it. What is no fault of theirs is in the log, under a number that they can tell.
 *
 * @param context.folder the site folder, which the words must not name.
 */
export function describeFailure(
  error: unknown,
  { folder, logger }: { folder: URL; logger: Logger },
): WireFailure {
  if (error instanceof EngineError && error.code !== 'internal') {
    logger.warn({ err: error, code: error.code }, 'Export:Run:Failed');
    return { code: error.code, detail: withoutFolder(error.message, folder) };
  }
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') {
    logger.error({ err: error }, 'Export:Run:Failed');
    return {
      code: 'disk-full',
      detail: 'The site has no room left for the archive. Tell its operator, or make the export smaller.',
    };
  }
  const incident = randomUUID();
  logger.error({ err: error, incident }, 'Export:Run:Failed');
  return {
    code: 'internal',
    detail: `The export failed through no fault of yours. Tell the site's operator: incident ${incident}.`,
  };
}
