import type { ExportState, WireFailure } from '@outcrop/contract';

import { wireTime } from '../database/wire-time.ts';
import { progressOfTasks, startOfTasks } from '../runs/run-store.ts';
import type { SubmittedRequest } from './resolve-request.ts';

/** The archive of a complete export. */
export interface ExportArchive {
  readonly key: string;
  readonly bytes: number;
  /** Of all members together, before they were packed; null for archives made before this was counted. */
  readonly unzippedBytes: number | null;
  /** Hex. */
  readonly sha256: string;
}

/** Where an export is in the queue. */
export interface QueuePlace {
  /** 1 for the next. */
  readonly position: number;
  /** Until it begins, as far as that is known. */
  readonly etaSeconds: number;
}

/** An export as the database keeps it. Times are ISO 8601, UTC, microseconds. */
export interface ExportRecord {
  readonly id: number;
  readonly name: string;
  readonly state: ExportState;
  readonly createdAt: string;
  readonly createdVia: string;
  readonly request: SubmittedRequest;
  readonly warnings: readonly string[];
  readonly runId: number;
  /** Whether another export had asked for the same before, and its run or its archive serves this one too. */
  readonly isReused: boolean;
  readonly sizeEstimateZipped: number;
  readonly sizeEstimateUnzipped: number;
  /** 0..1; null after a cancel. */
  readonly progress: number | null;
  readonly stage: string | null;
  /** Where it is in the queue; null once it has begun. */
  readonly queue: QueuePlace | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly downloadedAt: string | null;
  readonly archive: ExportArchive | null;
  readonly error: WireFailure | null;
}

/** A row of `exportColumns`. */
export interface ExportRow {
  readonly id: number;
  readonly name: string;
  readonly state: ExportState;
  readonly created_at: string;
  readonly created_via: string;
  readonly request: SubmittedRequest;
  readonly warnings: readonly string[];
  readonly run_id: number;
  readonly reused: boolean;
  readonly size_estimate_zipped: number;
  readonly size_estimate_unzipped: number;
  readonly progress: number | null;
  readonly stage: string | null;
  readonly queue_position: number | null;
  readonly queue_seconds: number | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly downloaded_at: string | null;
  readonly archive_key: string | null;
  readonly archive_bytes: number | null;
  readonly archive_unzipped_bytes: number | null;
  readonly archive_sha256: string | null;
  readonly error_code: WireFailure['code'] | null;
  readonly error_detail: string | null;
}

/**
 * What waits before a run that has not begun, and how long that may take those that work now. Nothing where it has begun.
 */
const queueOfRun = `
  SELECT count(ahead.id)::integer + 1 AS queue_position,
    ceil(coalesce(sum(ahead.seconds), 0) / greatest(1, (SELECT count(*) FROM outcrop.tasks WHERE lease IS NOT NULL)))
      ::double precision AS queue_seconds
  FROM (SELECT start_tag, id FROM outcrop.tasks WHERE run_id = runs.id ORDER BY start_tag, id LIMIT 1) AS own
  LEFT JOIN outcrop.tasks AS ahead
    ON NOT ahead.done AND ahead.lease IS NULL AND (ahead.start_tag, ahead.id) < (own.start_tag, own.id)
  WHERE NOT EXISTS (SELECT 1 FROM outcrop.tasks WHERE run_id = runs.id AND started_at IS NOT NULL)
  GROUP BY own.id`;

const isActive = "exports.state = 'processing' AND runs.state = 'active'";

/** What to select of an export; numbers and times come as the same types from every database. */
export const exportColumns = [
  'exports.id, exports.name, exports.state, created_via, request, warnings, reused, exports.run_id',
  'queue_position, queue_seconds',
  "CASE exports.state WHEN 'processing' THEN NULL ELSE archive_key END AS archive_key",
  'archive_sha256, runs.archive_bytes::double precision AS archive_bytes',
  'runs.archive_unzipped_bytes::double precision AS archive_unzipped_bytes',
  "CASE exports.state WHEN 'error' THEN error_code END AS error_code, error_detail",
  `CASE WHEN ${isActive} THEN ${progressOfTasks} WHEN exports.state = 'cancelled' THEN NULL ELSE runs.progress END AS progress`,
  `CASE WHEN ${isActive} THEN
    (SELECT max(stage) FROM outcrop.tasks WHERE run_id = runs.id AND lease IS NOT NULL AND NOT done) END AS stage`,
  ...['size_estimate_zipped', 'size_estimate_unzipped'].map(
    (column) => `exports.${column}::double precision AS ${column}`,
  ),
  wireTime(`CASE WHEN ${isActive} THEN ${startOfTasks} ELSE runs.started_at END`, 'started_at'),
  ...['created_at', 'finished_at', 'downloaded_at'].map((column) => wireTime(`exports.${column}`, column)),
].join(', ');

/** Where to select it from. */
export const exportTables = `outcrop.exports JOIN outcrop.runs ON runs.id = exports.run_id
  LEFT JOIN LATERAL (${queueOfRun}) AS queue ON ${isActive}`;

/** An export from its row. */
export function toExportRecord(row: ExportRow): ExportRecord {
  const { error_code: code } = row;
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    createdAt: row.created_at,
    createdVia: row.created_via,
    request: row.request,
    warnings: row.warnings,
    runId: row.run_id,
    isReused: row.reused,
    sizeEstimateZipped: row.size_estimate_zipped,
    sizeEstimateUnzipped: row.size_estimate_unzipped,
    progress: row.progress,
    stage: row.stage,
    queue:
      row.queue_position === null
        ? null
        : { position: row.queue_position, etaSeconds: row.queue_seconds ?? 0 },
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    downloadedAt: row.downloaded_at,
    archive: toArchive(row),
    error: code === null ? null : { code, detail: row.error_detail ?? '' },
  };
}

function toArchive(row: ExportRow): ExportArchive | null {
  const { archive_key: key, archive_bytes: bytes, archive_sha256: sha256 } = row;
  return key === null || bytes === null || sha256 === null
    ? null
    : { key, bytes, sha256, unzippedBytes: row.archive_unzipped_bytes };
}
