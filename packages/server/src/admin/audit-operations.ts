import { auditActions } from '../audit/audit-entry.ts';
import { listAudit as listRecords, readAudit } from '../audit/audit-log.ts';
import type { Filter } from '../exports/selection.ts';
import type { RequestContext } from '../http/app-parts.ts';
import type { ListFields } from '../http/lists/list-fields.ts';
import { respondWithPage } from '../http/lists/respond-with-page.ts';
import type { AdminParts } from './admin-parts.ts';
import { readAdminList } from './read-admin-list.ts';

const fields: ListFields = {
  sorts: ['id', 'at'],
  filters: {
    action: { type: auditActions },
    token: { type: 'integer' },
    export: { type: 'integer' },
    item: { type: 'text' },
    at: { type: 'time' },
  },
  order: 'newest first',
};

/** `GET /services/admin/audit/`: who exported what, a page at a time. */
export async function listAudit(parts: AdminParts, context: RequestContext): Promise<Response> {
  const query = readAdminList(context, fields);
  const { total, records } = await listRecords(parts.database, { ...query, limit: query.pageSize });
  return respondWithPage(parts, context, { fields, query, total, items: records });
}

/** `GET /services/admin/audit/lines/`: all of it that the filters let through, oldest first: a JSON object a line. */
export async function downloadAudit(parts: AdminParts, context: RequestContext): Promise<Response> {
  const { filters } = readAdminList(context, fields);
  const lines = asLines(parts, filters)[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
  return context.body(body, 200, { 'Content-Type': 'application/x-ndjson' });
}

async function* asLines(
  { database }: AdminParts,
  filters: readonly Filter[],
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const records of readAudit(database, filters)) {
    yield new TextEncoder().encode(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }
}
