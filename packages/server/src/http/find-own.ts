import type { ExportRecord } from '../exports/export-record.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { notFound } from './http-error.ts';

/**
 * An export, if it is the caller's.
 *
 * @throws HttpError 404
 */
export async function findOwn(
  parts: AppParts,
  context: RequestContext,
  exportId: number,
): Promise<ExportRecord> {
  const record = await parts.exportStore.find(context.get('caller'), exportId);
  if (record === null) {
    throw notFound();
  }
  return record;
}
