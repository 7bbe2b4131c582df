import { z } from 'zod';

import { type AuditActor, requestActor } from '../audit/audit-entry.ts';
import { writeAudit } from '../audit/audit-log.ts';
import type { ApiVersion } from '../exports/api-root.ts';
import {
  checkBody,
  type CheckedBody,
  createExport as createRecord,
  wantedRoom,
} from '../exports/create-export.ts';
import { describeShortage } from '../exports/disk-room.ts';
import { QuotaExceededError } from '../exports/quotas.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { HttpError, RefusedExport } from './http-error.ts';
import { tooManyRequests } from './limits/too-many-requests.ts';
import { defineOperation, type Operation } from './operation.ts';
import { readJsonBody } from './read-json-body.ts';
import { renderExport } from './render-export.ts';
import { renderValidation } from './render-validation.ts';
import { errorSchemas } from './schemas/error-schemas.ts';
import { exportSchemas } from './schemas/export-schemas.ts';
import { requestComponent } from './schemas/request-schema.ts';
import { validationSchemas } from './schemas/validation-schemas.ts';

/** Names a create, so that sending it again makes no second export (wire contract, section 21). */
const idempotencyKeySchema = z
  .string()
  .min(1, 'must not be empty')
  .max(255, 'must have at most 255 characters')
  .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII')
  .optional()
  .meta({
    description:
      'Names the create: the same key and body give the same export for 24 hours, another body is 422. Keys are those of the token.',
    example: 'a4f1c7d2-5a0e-4b57-9d6c-0d2b2f4f6c11',
  });

/** `POST /exports/`: creates an export and starts it. */
export function createExport(version: ApiVersion): Operation {
  const { detail } = exportSchemas[version];
  const { problem, fieldErrors, noRoom } = errorSchemas[version];
  return defineOperation(
    version,
    {
      method: 'post',
      path: '/exports/',
      id: 'createExport',
      tag: 'Exports',
      summary: 'Create an export',
      description:
        'Starts it, unless it is refused. Keys that only the site writes are ignored, so that the body of an export can be sent again.',
      scope: 'exports:write',
      headers: z.object({ 'Idempotency-Key': idempotencyKeySchema }),
      body: requestComponent,
      answers: {
        201: {
          description: 'It is created, or was by an earlier request with the same key.',
          body: detail,
          headers: {
            Location: z.url().meta({ description: 'The address of the export.' }),
            'Idempotency-Replayed': z
              .literal('true')
              .optional()
              .meta({ description: 'Present where an earlier request had created it.' }),
          },
        },
        400: {
          description: 'The body is malformed, or an item cannot be exported: then as `validate` answers.',
          body: z.union([validationSchemas[version], fieldErrors, problem]),
        },
        413: { description: 'The body is too large.', body: problem },
        422: { description: 'The idempotency key stands for another body.', body: problem },
        507: { description: 'The disk of the site has no room for it now.', body: noRoom },
      },
    },
    async ({ parts, context, headers }) => create(parts, context, headers['Idempotency-Key'] ?? null),
  );
}

/** `POST /exports/validate/`: what a create would say, and what it would cost. Starts nothing. */
export function validateExport(version: ApiVersion): Operation {
  const { problem, fieldErrors } = errorSchemas[version];
  return defineOperation(
    version,
    {
      method: 'post',
      path: '/exports/validate/',
      id: 'validateExport',
      tag: 'Exports',
      summary: 'Whether an export can be made, and what it will cost',
      description: 'Takes the body of a create and starts nothing.',
      scope: 'exports:write',
      body: requestComponent,
      answers: {
        200: {
          description: 'The verdict, also where the export is invalid.',
          body: validationSchemas[version],
        },
        400: { description: 'The body is malformed.', body: z.union([fieldErrors, problem]) },
        413: { description: 'The body is too large.', body: problem },
      },
    },
    async ({ parts, context }) => {
      const body = await readJsonBody(context, parts.site.limits.max_body_bytes);
      const checked = await checkBody(parts, context.get('caller'), body);
      if (checked.errors !== null) {
        throw refusal(parts, context, checked);
      }
      const verdict = renderValidation(parts.site, checked, contextTarget(context));
      return context.json({
        ...verdict,
        warnings: [...verdict.warnings, ...(await roomWarnings(parts, checked))],
      });
    },
  );
}

async function create(parts: AppParts, context: RequestContext, key: string | null): Promise<Response> {
  const body = await readJsonBody(context, parts.site.limits.max_body_bytes);
  const actor = requestActor(context, parts.trustedProxies);
  const creation = await createRecord(parts, context.get('caller'), { body, key, actor }).catch(refuseForNow);
  if (creation.outcome === 'refused') {
    await noteRefusal(parts, actor, creation.checked);
    throw refusal(parts, context, creation.checked);
  }
  if (creation.outcome === 'key-taken') {
    const detail = `The Idempotency-Key ${JSON.stringify(key)} was sent with another body in the last 24 hours; use a new key.`;
    throw new HttpError(422, { detail });
  }
  if (creation.outcome === 'no-room') {
    throw new HttpError(507, { detail: describeShortage(creation.shortage), ...creation.shortage });
  }
  if (creation.outcome === 'created') {
    const { id, runId, isReused } = creation.record;
    parts.metrics.exportCreated();
    parts.logger.info({ exportIds: [id], runId, isReused }, 'Export:Create:Done');
  }
  const detail = renderExport(parts, context, creation.record);
  return context.json(detail, 201, {
    Location: detail.url,
    ...(creation.outcome === 'repeated' ? { 'Idempotency-Replayed': 'true' } : {}),
  });
}

/** A quota is no fault of the request: it can be sent again as it is. */
function refuseForNow(error: unknown): never {
  if (!(error instanceof QuotaExceededError)) throw error;
  const { code, limit, value, waitMs, message: detail } = error;
  throw tooManyRequests({ code, detail, limit, value, waitMs });
}

/** Writes down a create that was refused for want of rights: what may not be downloaded, and what may not even be seen. */
async function noteRefusal(parts: AppParts, actor: AuditActor, checked: CheckedBody): Promise<void> {
  const items = checked.errors === null ? forbiddenItems(checked) : checked.withheld;
  if (items.length === 0) return;
  await writeAudit(parts.database, actor, { action: 'export-refused', items: [...new Set(items)] });
}

function forbiddenItems({ resolved, check }: Extract<CheckedBody, { errors: null }>): string[] {
  return resolved.submitted.items.flatMap(({ item }, index) =>
    check.items[index]?.reasons.some(({ code }) => code === 'no-permission') === true ? [item] : [],
  );
}

/** Room is no property of the request, and may be there in a minute: so it does not make the request invalid. */
async function roomWarnings(parts: AppParts, checked: CheckedBody): Promise<string[]> {
  if (checked.errors !== null || !checked.check.isValid || checked.check.plan === null) {
    return [];
  }
  const wanted = wantedRoom(parts.site, checked.check, checked.check.plan);
  const shortage = await parts.diskRoom.shortageFor(wanted);
  return shortage === null ? [] : [describeShortage(shortage)];
}

function refusal(parts: AppParts, context: RequestContext, checked: CheckedBody): HttpError {
  return checked.errors === null
    ? new RefusedExport(renderValidation(parts.site, checked, contextTarget(context)))
    : new HttpError(400, checked.errors);
}

function contextTarget(context: RequestContext): { root: URL; version: ApiVersion } {
  return { root: context.get('apiRoot'), version: context.get('version') };
}
