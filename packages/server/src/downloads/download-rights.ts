import { requestActor } from '../audit/audit-entry.ts';
import { writeAudit } from '../audit/audit-log.ts';
import { exportFacts } from '../audit/export-facts.ts';
import type { Queryable } from '../database/database.ts';
import type { ExportRecord } from '../exports/export-record.ts';
import type { ByteRange } from '../storage/object-store.ts';
import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { HttpError } from '../http/http-error.ts';
import { findItemLayer } from '../http/render-export.ts';

/**
 * Asks again whether the caller may have what is in an archive: rights may have been taken away since it was made. 403
 * and not 404, as the export is the caller's own and in its list; a layer that the site no longer shows to the caller, or
 * no longer has, counts as one that it may not download, because nobody can say otherwise.
 *
 * @throws HttpError 403
 */
export async function requireDownloadRights(
  parts: AppParts,
  context: RequestContext,
  record: ExportRecord,
): Promise<void> {
  const lost = record.request.items.filter((item) => {
    const layer = findItemLayer(parts.site, item);
    return layer === null || !parts.site.mayDownload(layer);
  });
  if (lost.length === 0) return;
  const items = [...new Set(lost.map(({ item }) => item))];
  const facts = { ...exportFacts('download-refused', record), items };
  await writeAudit(parts.database, requestActor(context, parts.trustedProxies), facts);
  const names = items.slice(0, 5).join(', ') + (items.length > 5 ? ` and ${items.length - 5} more` : '');
  const detail = `You may no longer download ${names}; create the export again without it, or ask whoever runs the site for the right.`;
  throw new HttpError(403, { detail });
}

/** Notes that a download has begun, in the export and in the audit log. What goes on with one is no other download. */
export async function noteDownload(
  parts: AppParts,
  context: RequestContext,
  { record, bytes, range }: { record: ExportRecord; bytes: number; range: ByteRange | null },
): Promise<void> {
  const actor = requestActor(context, parts.trustedProxies);
  await parts.exportStore.markDownloaded(record.id, async (transaction) => {
    const isContinued = range !== null && range.start > 0;
    if (isContinued && (await hasDownloadedToday(transaction, actor.tokenId, record.id))) return;
    await writeAudit(transaction, actor, { ...exportFacts('export-downloaded', record), bytes });
  });
}

async function hasDownloadedToday(
  database: Queryable,
  tokenId: number | null,
  exportId: number,
): Promise<boolean> {
  const rows = await database.query(
    `SELECT id FROM outcrop.audit
     WHERE export_id = $1 AND action = 'export-downloaded' AND coalesce(token_id, 0) = $2
       AND at > now() - interval '1 day' LIMIT 1`,
    [exportId, tokenId ?? 0],
  );
  return rows.length > 0;
}
