import { randomUUID } from 'node:crypto';

import type { ExportCheck } from '@outcrop/engine';

import type { Site } from '../catalogue/site.ts';
import type { Database } from '../database/database.ts';
import type { ExportQueue } from '../queue/export-queue.ts';
import type { Caller } from '../tokens/caller.ts';
import { checkRequest } from './check-request.ts';
import type { ExportRecord } from './export-record.ts';
import type { ExportStore } from './export-store.ts';
import type { FieldErrors } from './request-body.ts';
import { type ResolvedRequest, resolveRequest } from './resolve-request.ts';

/** What creating and validating need. */
export interface ExportCreation {
  readonly site: Site;
  readonly siteRoot: URL;
  readonly database: Database;
  readonly exportStore: ExportStore;
  readonly queue: ExportQueue;
}

/** A body that was looked at: malformed, or checked item by item. */
export type CheckedBody =
  | { readonly errors: FieldErrors }
  | { readonly errors: null; readonly resolved: ResolvedRequest; readonly check: ExportCheck };

/** The dry run. A create refuses for the same reasons. */
export async function checkBody(site: Site, body: unknown, siteRoot: URL): Promise<CheckedBody> {
  const resolved = await resolveRequest(site, body, {
    baseUrl: siteRoot,
    maxVertices: site.limits.max_extent_vertices,
  });
  if ('errors' in resolved) {
    return resolved;
  }
  return { errors: null, resolved, check: await checkRequest(site, resolved.request) };
}

/** Creates an export and its job, together or not at all. Gives what was checked where it is refused. */
export async function createExport(
  creation: ExportCreation,
  caller: Caller,
  body: unknown,
): Promise<{ record: ExportRecord } | { refused: CheckedBody }> {
  const checked = await checkBody(creation.site, body, creation.siteRoot);
  if (checked.errors !== null || !checked.check.isValid || checked.check.plan === null) {
    return { refused: checked };
  }
  const { plan, name, warnings, sizeEstimateZipped } = checked.check;
  const jobId = randomUUID();
  const created = { jobId, plan, name, warnings, sizeEstimateZipped, request: checked.resolved.submitted };
  const record = await creation.database.transaction(async (transaction) => {
    const inserted = await creation.exportStore.insert(caller, created, transaction);
    await creation.queue.add({ jobId, exportId: inserted.id }, transaction);
    return inserted;
  });
  creation.queue.wake();
  return { record };
}
