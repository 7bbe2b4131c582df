import type { WireExportChange } from '@outcrop/contract';
import { z } from 'zod';

import { requestActor } from '../audit/audit-entry.ts';
import { writeAudit } from '../audit/audit-log.ts';
import { exportFacts } from '../audit/export-facts.ts';
import { exportGone } from '../downloads/find-archive.ts';
import type { ApiVersion } from '../exports/api-root.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { findOwn } from './find-own.ts';
import { HttpError } from './http-error.ts';
import { parseTime } from './lists/parse-time.ts';
import { defineOperation, type Operation } from './operation.ts';
import { idSchema } from './read-id.ts';
import { readJsonBody } from './read-json-body.ts';
import { renderExport } from './render-export.ts';
import { errorSchemas } from './schemas/error-schemas.ts';
import { changeComponent } from './schemas/change-schema.ts';
import { exportSchemas } from './schemas/export-schemas.ts';

const dayMs = 24 * 3600 * 1000;
/** Of a body that is all wrong, so many keys are named. */
const maxNamedKeys = 10;
const exampleTime = '2026-12-24T12:00:00Z';
const example = `{"expires_at": "${exampleTime}"}`;

/** `PATCH /exports/{id}/`: until when a complete export can be downloaded. An extension of ours. */
export function keepExport(version: ApiVersion): Operation {
  const { problem, fieldErrors } = errorSchemas[version];
  return defineOperation(
    version,
    {
      method: 'patch',
      path: '/exports/{id}/',
      id: 'keepExport',
      tag: 'Exports',
      summary: 'Keep an export longer, or less long',
      description:
        'Sets `expires_at` of a complete export. The site says how far from now that may be, 90 days where it says nothing. An extension: Koordinates does not have it.',
      scope: 'exports:write',
      params: z.object({ id: idSchema }),
      body: changeComponent,
      answers: {
        200: { description: 'The export, with its new end.', body: exportSchemas[version].detail },
        400: {
          description: 'It is no time, or one that is past or too far away.',
          body: z.union([fieldErrors, problem]),
        },
        409: { description: 'It is not complete.', body: problem },
        410: { description: 'Its archive is gone.', body: problem },
        413: { description: 'The body is too large.', body: problem },
      },
    },
    async ({ parts, context, params }) => keep(parts, context, params.id),
  );
}

async function keep(parts: AppParts, context: RequestContext, exportId: number): Promise<Response> {
  const { max_body_bytes: maxBytes, max_keep_days: maxDays } = parts.site.limits;
  const { expires_at: until } = readChange(await readJsonBody(context, maxBytes), maxDays);
  const actor = requestActor(context, parts.trustedProxies);
  const kept = await parts.exportStore.keepUntil(context.get('caller'), exportId, {
    until,
    note: (transaction, record) =>
      writeAudit(transaction, actor, { ...exportFacts('export-kept', record), detail: until }),
  });
  if (kept !== null) {
    return context.json(renderExport(parts, context, kept));
  }
  const record = await findOwn(parts, context, exportId);
  if (record.state === 'gone') {
    throw exportGone(record);
  }
  const detail = `Export ${exportId} is ${record.state}; only one that is complete has an end that can be changed.`;
  throw new HttpError(409, { detail });
}

/** @throws HttpError 400 */
function readChange(body: unknown, maxDays: number): WireExportChange {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new HttpError(400, { non_field_errors: [`The body must be an object such as ${example}.`] });
  }
  const { expires_at: written, ...others } = body as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(others).slice(0, maxNamedKeys);
  if (unknown.length > 0) {
    const message = `This cannot be changed; send nothing but expires_at, such as ${example}.`;
    throw new HttpError(400, Object.fromEntries(unknown.map((key) => [key.slice(0, 100), [message]])));
  }
  const time = typeof written === 'string' ? parseTime(written) : null;
  const problem = time === null ? malformed(written) : outOfBounds(time, maxDays);
  if (time === null || problem !== null) {
    throw new HttpError(400, { expires_at: [problem] });
  }
  return { expires_at: time };
}

function malformed(written: unknown): string {
  return written === undefined
    ? `This field is required: give a time, such as ${exampleTime}.`
    : `This is no time in ISO 8601, such as ${exampleTime} (it is ${JSON.stringify(written).slice(0, 100)}).`;
}

function outOfBounds(time: string, maxDays: number): string | null {
  const now = Date.now();
  const latest = now + maxDays * dayMs;
  if (Date.parse(time) <= now) {
    return `This is past; give a time between now and ${wire(latest)} (it is ${time}).`;
  }
  return Date.parse(time) > latest
    ? `This is too far away: exports are kept for at most ${maxDays} days from now, until ${wire(latest)} (it is ${time}).`
    : null;
}

function wire(time: number): string {
  return new Date(time).toISOString();
}
