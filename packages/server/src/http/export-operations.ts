import { checkBody, type CheckedBody, createExport as createRecord } from '../exports/create-export.ts';
import type { ExportRecord } from '../exports/export-record.ts';
import type { AppParts, Operation, RequestContext } from './app-parts.ts';
import { HttpError, notFound } from './http-error.ts';
import { readPage, respondWithPage } from './paginate.ts';
import { readId } from './read-id.ts';
import { readJsonBody } from './read-json-body.ts';
import { renderExport, renderExportSummary } from './render-export.ts';
import { renderValidation } from './render-validation.ts';

/** `GET /exports/`: the caller's exports, newest first. `Expand: list` gives them in full. */
export function listExports(parts: AppParts): Operation {
  return {
    scope: 'exports:read',
    async handle(context) {
      const page = readPage(context);
      const { total, records } = await parts.exportStore.list(context.get('caller'), {
        offset: page.offset,
        limit: page.pageSize,
      });
      const isExpanded = (context.req.header('Expand') ?? '')
        .split(',')
        .some((word) => word.trim() === 'list');
      const render = isExpanded ? renderExport : renderExportSummary;
      return respondWithPage(parts, context, {
        page,
        total,
        items: records.map((record) => render(record, context.get('apiRoot'))),
      });
    },
  };
}

/** `POST /exports/`: creates an export and starts it. */
export function createExport(parts: AppParts): Operation {
  return {
    scope: 'exports:write',
    async handle(context) {
      const body = await readJsonBody(context, parts.site.limits.max_body_bytes);
      const result = await createRecord(parts, context.get('caller'), body);
      if ('refused' in result) {
        throw refusal(parts, result.refused);
      }
      const detail = renderExport(result.record, context.get('apiRoot'));
      return context.json(detail, 201, { Location: detail.url });
    },
  };
}

/** `POST /exports/validate/`: what a create would say, and what it would cost. Starts nothing. */
export function validateExport(parts: AppParts): Operation {
  return {
    scope: 'exports:write',
    async handle(context) {
      const body = await readJsonBody(context, parts.site.limits.max_body_bytes);
      const checked = await checkBody(parts.site, body, parts.siteRoot);
      if (checked.errors !== null) {
        throw refusal(parts, checked);
      }
      return context.json(renderValidation(parts.site, checked.resolved, checked.check));
    },
  };
}

/** `GET /exports/{id}/`: an export in full. Clients poll it. */
export function getExport(parts: AppParts): Operation {
  return {
    scope: 'exports:read',
    async handle(context) {
      return context.json(renderExport(await findOwn(parts, context), context.get('apiRoot')));
    },
  };
}

/** `DELETE /exports/{id}/`: cancels an export that is processing. */
export function cancelExport(parts: AppParts): Operation {
  return {
    scope: 'exports:write',
    async handle(context) {
      const exportId = readId(context, 'id');
      const cancelled = await parts.exportStore.cancel(context.get('caller'), exportId);
      if (cancelled === null) {
        const { state } = await findOwn(parts, context);
        throw new HttpError(409, {
          errors: ["Can't cancel"],
          detail: `Export ${exportId} is ${state}; only one that is processing can be cancelled.`,
        });
      }
      parts.worker.abort(exportId);
      return context.json(renderExport(cancelled, context.get('apiRoot')), 202);
    },
  };
}

/**
 * The export that a request names, if it is the caller's.
 *
 * @throws HttpError 404
 */
export async function findOwn(parts: AppParts, context: RequestContext): Promise<ExportRecord> {
  const record = await parts.exportStore.find(context.get('caller'), readId(context, 'id'));
  if (record === null) {
    throw notFound();
  }
  return record;
}

function refusal(parts: AppParts, checked: CheckedBody): HttpError {
  return checked.errors === null
    ? new HttpError(400, renderValidation(parts.site, checked.resolved, checked.check))
    : new HttpError(400, checked.errors);
}
