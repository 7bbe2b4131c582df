import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { RequestOptions } from '../http/api-request.ts';
import { resourceUrl } from '../http/resource-url.ts';
import type { Export } from './export.ts';
import type { ExportContext } from './export-context.ts';
import { fetchExport } from './fetch-export.ts';

/** Asks a site to keep an export until another time, and fills the given one with its answer. */
export async function extendExport(
  target: Export,
  context: ExportContext,
  wanted: { exportId: number; until: Date | string; options: RequestOptions | undefined },
): Promise<void> {
  const { exportId, until, options } = wanted;
  await fetchExport(target, context, {
    method: 'PATCH',
    url: resourceUrl(context.collection, exportId),
    body: { expires_at: typeof until === 'string' ? until : toWireTime(until) },
    // The end is absolute: to set it twice is to set it once.
    isRepeatable: true,
    options,
  });
}

function toWireTime(time: Date): string {
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('The time to extend an export to is an invalid Date');
  }
  return time.toISOString();
}
