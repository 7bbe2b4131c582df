import { exportStates } from '@outcrop/contract';
import { z } from 'zod';

import { requestActor } from '../audit/audit-entry.ts';
import { writeAudit } from '../audit/audit-log.ts';
import { exportFacts } from '../audit/export-facts.ts';
import type { ApiVersion } from '../exports/api-root.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import {
  detailExpansions,
  expandExport,
  isListExpanded,
  listExpansions,
  readExpansions,
} from './expand-export.ts';
import { findOwn } from './find-own.ts';
import { HttpError } from './http-error.ts';
import type { ListFields } from './lists/list-fields.ts';
import { listQuerySchema, readListQuery } from './lists/list-query.ts';
import { pageHeaders, respondWithPage } from './lists/respond-with-page.ts';
import { keepExport } from './keep-export.ts';
import { defineOperation, type Operation } from './operation.ts';
import { idSchema } from './read-id.ts';
import { renderExport, renderExportSummary } from './render-export.ts';
import { createExport, validateExport } from './submit-operations.ts';
import { errorSchemas } from './schemas/error-schemas.ts';
import { exportSchemas, exportSummarySchema } from './schemas/export-schemas.ts';

const fields: ListFields = {
  sorts: ['created_at', 'finished_at', 'expires_at', 'name', 'state', 'id'],
  filters: {
    state: { type: exportStates },
    name: { type: 'text' },
    q: { type: 'search', attribute: 'name' },
    created_at: { type: 'time' },
    finished_at: { type: 'time' },
    expires_at: { type: 'time' },
  },
  order: 'newest first',
};

/** What can be done with exports, but for downloading (wire contract, section 4, numbers 1 to 6). */
export function exportOperations(version: ApiVersion): Operation[] {
  return [
    listExports(version),
    createExport(version),
    validateExport(version),
    getExport(version),
    keepExport(version),
    cancelExport(version),
  ];
}

function listExports(version: ApiVersion): Operation {
  const { detail, expanded } = exportSchemas[version];
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/exports/',
      id: 'listExports',
      tag: 'Exports',
      summary: 'Your exports',
      description:
        'Newest first. Each token sees only what was made with it. `Expand: list` gives them in full.',
      scope: 'exports:read',
      query: listQuerySchema(fields),
      expansions: listExpansions,
      answers: {
        200: {
          description: 'A page of the list.',
          body: z.union([z.array(exportSummarySchema), z.array(detail), z.array(expanded)]),
          headers: pageHeaders,
        },
        404: { description: 'There is no such page.', body: errorSchemas[version].problem },
      },
    },
    async ({ parts, context, query }) => {
      const asked = readListQuery(context, fields, query);
      const { total, records } = await parts.exportStore.list(context.get('caller'), {
        ...asked,
        limit: asked.pageSize,
      });
      const items = isListExpanded(context)
        ? await Promise.all(
            records.map((record) =>
              expandExport(parts, context, { record, words: readExpansions(context, 'list.') }),
            ),
          )
        : records.map((record) => renderExportSummary(record, context.get('apiRoot')));
      return respondWithPage(parts, context, { fields, query: asked, total, items });
    },
  );
}

function getExport(version: ApiVersion): Operation {
  const { detail, expanded } = exportSchemas[version];
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/exports/{id}/',
      id: 'getExport',
      tag: 'Exports',
      summary: 'An export',
      description: 'Poll it until its state is other than `processing`.',
      scope: 'exports:read',
      params: z.object({ id: idSchema }),
      expansions: detailExpansions,
      answers: { 200: { description: 'The export in full.', body: z.union([detail, expanded]) } },
    },
    async ({ parts, context, params }) => {
      const record = await findOwn(parts, context, params.id);
      return context.json(await expandExport(parts, context, { record, words: readExpansions(context) }));
    },
  );
}

function cancelExport(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'delete',
      path: '/exports/{id}/',
      id: 'cancelExport',
      tag: 'Exports',
      summary: 'Cancel an export',
      description: 'Only while it is processing.',
      scope: 'exports:write',
      params: z.object({ id: idSchema }),
      answers: {
        202: { description: 'It is cancelled.', body: exportSchemas[version].detail },
        409: { description: 'It is not processing.', body: errorSchemas[version].conflict },
      },
    },
    async ({ parts, context, params }) => cancel(parts, context, params.id),
  );
}

async function cancel(parts: AppParts, context: RequestContext, exportId: number): Promise<Response> {
  const actor = requestActor(context, parts.trustedProxies);
  const cancelled = await parts.exportStore.cancel(context.get('caller'), exportId, (transaction, record) =>
    writeAudit(transaction, actor, exportFacts('export-cancelled', record)),
  );
  if (cancelled === null) {
    const { state } = await findOwn(parts, context, exportId);
    const detail = `Can't cancel: export ${exportId} is ${state}; only one that is processing can be cancelled.`;
    throw new HttpError(
      409,
      context.get('version') === 'v1' ? { errors: ["Can't cancel"], detail } : { detail },
    );
  }
  if (cancelled.hasRunEnded) {
    parts.workers.abort(cancelled.record.runId);
  }
  return context.json(renderExport(parts, context, cancelled.record), 202);
}
