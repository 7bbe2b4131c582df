import type { ExportCheck, ExportPlan } from '@outcrop/engine';

import type { Site } from '../catalogue/site.ts';
import type { AuditActor } from '../audit/audit-entry.ts';
import { writeAudit } from '../audit/audit-log.ts';
import { creationFacts } from '../audit/export-facts.ts';
import type { Database, Queryable } from '../database/database.ts';
import type { Notifications } from '../notifications/notifications.ts';
import { inSpan } from '../operations/spans.ts';
import { canonicalKey } from '../runs/canonical-key.ts';
import type { RunDraft, RunStore } from '../runs/run-store.ts';
import { splitRun } from '../runs/split-run.ts';
import type { LocalWorkers } from '../runs/task-worker.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { type Caller, ownerOf } from '../tokens/caller.ts';
import { bodyFingerprint } from './body-fingerprint.ts';
import { checkRequest } from './check-request.ts';
import type { DiskRoom, DiskShortage, WantedRoom } from './disk-room.ts';
import type { ExportRecord } from './export-record.ts';
import type { ExportStore, NewExport } from './export-store.ts';
import type { IdempotencyStore, KeyedRequest } from './idempotency-store.ts';
import { claimQuota, type Quotas } from './quotas.ts';
import { type ResolvedRequest, resolveRequest, type UnusableBody } from './resolve-request.ts';

/** What creating and validating need. */
export interface ExportCreation {
  readonly site: Site;
  readonly siteRoot: URL;
  readonly database: Database;
  readonly exportStore: ExportStore;
  readonly idempotencyStore: IdempotencyStore;
  readonly quotas: Quotas;
  readonly runStore: RunStore;
  readonly objectStore: ObjectStore;
  readonly diskRoom: DiskRoom;
  readonly workers: Pick<LocalWorkers, 'wake'>;
  readonly notifications: Pick<Notifications, 'problems'>;
}

/** A body that was looked at: malformed, or checked item by item. */
export type CheckedBody =
  | UnusableBody
  | { readonly errors: null; readonly resolved: ResolvedRequest; readonly check: ExportCheck };

/** How a create ended. */
export type Creation =
  | { readonly outcome: 'created' | 'repeated'; readonly record: ExportRecord }
  | { readonly outcome: 'refused'; readonly checked: CheckedBody }
  /** The idempotency key stands for another body. */
  | { readonly outcome: 'key-taken' }
  | { readonly outcome: 'no-room'; readonly shortage: DiskShortage };

/** The dry run. A create refuses for the same reasons. */
export async function checkBody(
  { site, siteRoot, notifications }: Pick<ExportCreation, 'site' | 'siteRoot' | 'notifications'>,
  caller: Caller,
  body: unknown,
): Promise<CheckedBody> {
  const resolved = await resolveRequest(site, body, {
    baseUrl: siteRoot,
    maxVertices: site.limits.max_extent_vertices,
  });
  if ('errors' in resolved) {
    return resolved;
  }
  const problems = resolved.notify === null ? [] : await notifications.problems(caller, resolved.notify);
  if (problems.length > 0) {
    return { errors: { notify: problems }, withheld: [] };
  }
  const check = await inSpan('plan', {}, () => checkRequest(site, resolved.request));
  return { errors: null, resolved, check };
}

/**
 * Creates an export and its run, together or not at all; or joins the run of an equal one, whose archive may be there already. Sent again with the same key and body it gives the same export
 * for 24 hours, also where the second arrives while the first is still being looked at.
 *
 * @throws QuotaExceededError
 */
export async function createExport(
  creation: ExportCreation,
  caller: Caller,
  sent: { body: unknown; key: string | null; actor: AuditActor },
): Promise<Creation> {
  const keyed = sent.key === null ? null : { key: sent.key, fingerprint: bodyFingerprint(sent.body) };
  const earlier = keyed === null ? null : await findEarlier(creation, caller, keyed);
  if (earlier !== null) {
    return earlier;
  }
  const checked = await checkBody(creation, caller, sent.body);
  if (checked.errors !== null || !checked.check.isValid || checked.check.plan === null) {
    return { outcome: 'refused', checked };
  }
  const { plan, name, warnings, sizeEstimateZipped, items } = checked.check;
  const run: RunDraft = {
    owner: ownerOf(caller),
    canonicalKey: canonicalKey(plan, creation.site.engine.engineVersion()),
    plan,
    tasks: splitRun(
      items.map((item) => ({ bytes: item.sizeEstimateUnzipped, seconds: item.secondsEstimate ?? 0 })),
    ),
  };
  await forgetLostArchive(creation, run);
  using room = await creation.diskRoom.reserve(wantedRoom(creation.site, checked.check, plan));
  if (room.shortage !== null) {
    return { outcome: 'no-room', shortage: room.shortage };
  }
  const record = await insertExport(creation, caller, {
    run,
    created: {
      name,
      warnings,
      sizeEstimateZipped,
      sizeEstimateUnzipped: unzippedBytes(checked.check),
      request: checked.resolved.submitted,
      notify: checked.resolved.notify,
    },
    keyed,
    note: (transaction, record) =>
      writeAudit(transaction, sent.actor, creationFacts(record, checked.resolved)),
  });
  if (record === null) {
    // Another request with the key was first.
    return createExport(creation, caller, sent);
  }
  creation.workers.wake();
  return { outcome: 'created', record };
}

/** What an export that was checked would take of the disk. */
export function wantedRoom(site: Site, check: ExportCheck, plan: ExportPlan): WantedRoom {
  return {
    canonicalKey: canonicalKey(plan, site.engine.engineVersion()),
    zipped: check.sizeEstimateZipped,
    unzipped: unzippedBytes(check),
  };
}

function unzippedBytes({ items }: ExportCheck): number {
  return items.reduce((sum, item) => sum + item.sizeEstimateUnzipped, 0);
}

/** What an earlier create with the same key led to; null where there was none. */
async function findEarlier(
  { exportStore, idempotencyStore }: ExportCreation,
  caller: Caller,
  { key, fingerprint }: KeyedRequest,
): Promise<Creation | null> {
  const earlier = await idempotencyStore.find(caller, key);
  if (earlier === null) {
    return null;
  }
  if (earlier.fingerprint !== fingerprint) {
    return { outcome: 'key-taken' };
  }
  const record = await exportStore.find(caller, earlier.exportId);
  return record === null ? null : { outcome: 'repeated', record };
}

/** An archive that someone has deleted serves nobody any more. */
async function forgetLostArchive(
  { runStore, objectStore }: ExportCreation,
  { canonicalKey: key }: RunDraft,
): Promise<void> {
  const finished = key === null ? null : await runStore.findComplete(key);
  if (finished !== null && (await objectStore.stat(finished.archiveKey)) === null) {
    await runStore.markRemoved(finished.runId);
  }
}

/** Null where the key was taken in the meantime. */
function insertExport(
  { database, exportStore, idempotencyStore, runStore, quotas }: ExportCreation,
  caller: Caller,
  {
    run,
    created,
    keyed,
    note,
  }: { run: RunDraft; created: NewExport; keyed: KeyedRequest | null; note: Note },
): Promise<ExportRecord | null> {
  return database.transaction(async (transaction) => {
    if (keyed !== null && !(await idempotencyStore.claim(caller, keyed, transaction))) {
      return null;
    }
    await claimQuota(quotas, caller, { bytes: created.sizeEstimateZipped, transaction });
    const joined = await runStore.join(run, transaction);
    const record = await exportStore.insert(caller, { ...created, run: joined }, transaction);
    if (keyed !== null) {
      await idempotencyStore.bind(caller, { key: keyed.key, exportId: record.id }, transaction);
    }
    await note(transaction, record);
    return record;
  });
}

/** Writes down what was done, in its transaction. */
type Note = (transaction: Queryable, record: ExportRecord) => Promise<void>;
