import type { LimitCode } from '@outcrop/contract';

import type { SiteLimits } from '../catalogue/site-config.ts';
import type { Queryable } from '../database/database.ts';
import { type Caller, isOwned, ownerOf } from '../tokens/caller.ts';

/** What a site makes for one token; null for no limit. */
export interface Quotas {
  readonly unfinishedExports: number | null;
  /** In any 24 hours, whatever became of them. */
  readonly exportsPerDay: number | null;
  /** Estimated bytes of the archives, in any 24 hours. */
  readonly bytesPerDay: number | null;
}

/** A create that would go beyond a quota. */
export class QuotaExceededError extends Error {
  override readonly name = 'QuotaExceededError';
  readonly code: LimitCode;
  readonly limit: number;
  /** What it would come to with this export. */
  readonly value: number;
  /** Milliseconds until it is worth trying again. */
  readonly waitMs: number;

  constructor(figures: { code: LimitCode; limit: number; value: number; waitMs: number }, remedy: string) {
    super(remedy);
    this.code = figures.code;
    this.limit = figures.limit;
    this.value = figures.value;
    this.waitMs = figures.waitMs;
  }
}

/** An export may end at any time; who waits for that need not ask more often. */
const unfinishedWaitMs = 30_000;
const defaultUnfinished = 1000;
/** Any fixed number: with the owner's it names the lock under which quotas are looked at. */
const lockSpace = 72_391;

const isOfTheDay = `${isOwned} AND created_at > now() - interval '24 hours'`;

/** The quotas of a site. One that is open to its own machine has none but those that `outcrop.yaml` names. */
export function quotasOf(limits: SiteLimits, isLocal: boolean): Quotas {
  const { max_unfinished_exports: unfinished = isLocal ? null : defaultUnfinished } = limits;
  return {
    unfinishedExports: unfinished,
    exportsPerDay: limits.max_exports_per_day,
    bytesPerDay: limits.max_bytes_per_day,
  };
}

/**
 * Makes sure that one more export stays within the caller's quotas, until the end of the transaction that writes it:
 * others of the same caller wait for that.
 *
 * @param bytes the export's estimate.
 * @throws QuotaExceededError
 */
export async function claimQuota(
  quotas: Quotas,
  caller: Caller,
  { bytes, transaction }: { bytes: number; transaction: Queryable },
): Promise<void> {
  const { unfinishedExports, exportsPerDay, bytesPerDay } = quotas;
  if (unfinishedExports === null && exportsPerDay === null && bytesPerDay === null) return;
  const owner = ownerOf(caller);
  // A statement of its own: the next one must see what those that had the lock before have written.
  await transaction.query('SELECT pg_advisory_xact_lock($1, $2)', [lockSpace, owner]);
  if (unfinishedExports !== null) await checkUnfinished(unfinishedExports, owner, transaction);
  if (exportsPerDay !== null) await checkExports(exportsPerDay, owner, transaction);
  if (bytesPerDay !== null) await checkBytes(bytesPerDay, bytes, { owner, transaction });
}

async function checkUnfinished(limit: number, owner: number, transaction: Queryable): Promise<void> {
  const [row] = await transaction.query<{ used: number; oldest: number | null }>(
    `SELECT count(*)::integer AS used, min(id) AS oldest FROM outcrop.exports
     WHERE ${isOwned} AND state = 'processing'`,
    [owner],
  );
  const used = row?.used ?? 0;
  if (used < limit) return;
  throw new QuotaExceededError(
    { code: 'quota-unfinished-exports', limit, value: used + 1, waitMs: unfinishedWaitMs },
    `${used} of your exports are not finished, and this site makes at most ${limit} at once for one token. Wait until one is, or cancel one; the oldest is ${row?.oldest}.`,
  );
}

async function checkExports(limit: number, owner: number, transaction: Queryable): Promise<void> {
  const [row] = await transaction.query<{ used: number }>(
    `SELECT count(*)::integer AS used FROM outcrop.exports WHERE ${isOfTheDay}`,
    [owner],
  );
  const used = row?.used ?? 0;
  if (used < limit) return;
  // Once this one is a day old, one less than the limit are left.
  const [freed] = await transaction.query<Freed>(
    `SELECT ${freedColumns} FROM outcrop.exports WHERE ${isOfTheDay}
     ORDER BY created_at DESC, id DESC OFFSET $2 LIMIT 1`,
    [owner, limit - 1],
  );
  throw new QuotaExceededError(
    { code: 'quota-exports-per-day', limit, value: used + 1, waitMs: waitOf(freed) },
    `You have made ${used} exports in the last 24 hours, and this site makes ${limit} a day for one token. The next can be made at ${freed?.at ?? 'a later time'}.`,
  );
}

async function checkBytes(
  limit: number,
  bytes: number,
  { owner, transaction }: { owner: number; transaction: Queryable },
): Promise<void> {
  const [row] = await transaction.query<{ used: number }>(
    `SELECT coalesce(sum(size_estimate_zipped), 0)::double precision AS used FROM outcrop.exports WHERE ${isOfTheDay}`,
    [owner],
  );
  const [used, wanted] = [row?.used ?? 0, Math.round(bytes)];
  if (used + wanted <= limit) return;
  // From the newest backwards, the first that would no longer fit beside this one.
  const [freed] = await transaction.query<Freed>(
    `SELECT ${freedColumns} FROM (
       SELECT created_at, id, sum(size_estimate_zipped) OVER (ORDER BY created_at DESC, id DESC) AS running
       FROM outcrop.exports WHERE ${isOfTheDay}) AS summed
     WHERE running > $2::double precision ORDER BY created_at DESC, id DESC LIMIT 1`,
    [owner, limit - wanted],
  );
  throw new QuotaExceededError(
    { code: 'quota-bytes-per-day', limit, value: used + wanted, waitMs: waitOf(freed) },
    `This export would have about ${wanted} bytes, and yours of the last 24 hours have ${used}; this site makes ${limit} a day for one token. It can be made at ${freed?.at ?? 'a later time'}, or now in a smaller area.`,
  );
}

interface Freed {
  readonly seconds: number;
  readonly at: string;
}

/** When an export of the last day no longer counts. */
const freedColumns = `extract(epoch FROM created_at + interval '24 hours' - now())::double precision AS seconds,
  to_char((created_at + interval '24 hours') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at`;

function waitOf(freed: Freed | undefined): number {
  return Math.max(0, freed?.seconds ?? 0) * 1000;
}
