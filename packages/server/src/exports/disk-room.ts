import { statfs } from 'node:fs/promises';

import type { Queryable } from '../database/database.ts';
import { progressOfTasks, startOfTasks } from '../runs/run-store.ts';

/** What an export may take more than was estimated: estimates are held to 25 % in the nightly tests. */
const safetyFactor = 1.25;

/** Why an export does not fit. All in bytes. */
export interface DiskShortage {
  /** What the export takes while it is made: files and archive. */
  readonly needed: number;
  /** What is free on the disk of the work folder. */
  readonly free: number;
  /** What accepted exports have yet to write. */
  readonly promised: number;
  /** What must stay free, by `limits.min_free_bytes`. */
  readonly reserve: number;
}

/** What an export would take, by its estimates, in bytes. */
export interface WantedRoom {
  readonly canonicalKey: string | null;
  readonly zipped: number;
  readonly unzipped: number;
}

/** Says whether there is room for another export. */
export interface DiskRoom {
  /** Null where an export fits, or an equal one is there or in the making already, which takes no more room. */
  shortageFor(wanted: WantedRoom): Promise<DiskShortage | null>;
  /**
   * The same, and keeps the room for the export until its row is written, so that of two creates at the same moment in this process
   * one gets the last room.
   */
  reserve(wanted: WantedRoom): Promise<ReservedRoom>;
}

/** Room that is kept for an export; disposed of when the database knows the export, or there will be none. */
export interface ReservedRoom extends Disposable {
  readonly shortage: DiskShortage | null;
}

/** What is measured. */
export interface DiskRoomOptions {
  readonly database: Queryable;
  readonly workFolder: URL;
  /** Null where exports are taken whatever is free. */
  readonly reserve: number | null;
  /** Whether archives stay on the same disk: where they do not, those of waiting exports take nothing from it. */
  readonly keepsArchives: boolean;
  /** Bytes that are free; tests put a small disk in its place. */
  readonly measureFree?: (folder: URL) => Promise<number>;
}

/** Room on the disk where exports are made. */
export function diskRoom(options: DiskRoomOptions): DiskRoom {
  const measureFree = options.measureFree ?? freeBytes;
  const kept = new Set<{ readonly bytes: number }>();
  const shortageFor = async (wanted: WantedRoom, others: number): Promise<DiskShortage | null> => {
    if (options.reserve === null) {
      return null;
    }
    const [free, written] = await Promise.all([measureFree(options.workFolder), promisedBytes(options)]);
    const [needed, promised] = [neededBytes(wanted), written + others];
    const fits = needed + promised <= free - options.reserve;
    return fits || (await isShared(options.database, wanted.canonicalKey))
      ? null
      : { needed, free, promised, reserve: options.reserve };
  };
  return {
    shortageFor: (wanted) => shortageFor(wanted, 0),
    async reserve(wanted) {
      // Before the database is asked: whoever stops being kept meanwhile is in it.
      const others = [...kept].reduce((sum, { bytes }) => sum + bytes, 0);
      // As it will count in the database, while it waits.
      const own = { bytes: options.keepsArchives ? Math.ceil(wanted.zipped * safetyFactor) : 0 };
      kept.add(own);
      const release = (): void => void kept.delete(own);
      try {
        return { shortage: await shortageFor(wanted, others), [Symbol.dispose]: release };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

function neededBytes({ zipped, unzipped }: WantedRoom): number {
  return Math.ceil((zipped + unzipped) * safetyFactor);
}

/** One sentence with the figures, and the remedy. */
export function describeShortage({ needed, free, promised, reserve }: DiskShortage): string {
  const figures = `it needs ${needed} bytes while it is made; ${free} are free, of which ${promised} are promised to other exports and ${reserve} must stay free`;
  return `The site has no room for this export now: ${figures}. Make it smaller (an area, fewer layers), try again when others have finished, or ask the site's operator for room.`;
}

async function isShared(database: Queryable, canonicalKey: string | null): Promise<boolean> {
  const rows = await database.query(
    `SELECT id FROM outcrop.runs WHERE canonical_key = $1 AND state IN ('active', 'complete')`,
    [canonicalKey],
  );
  return rows.length > 0;
}

async function freeBytes(folder: URL): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * What runs that were accepted have yet to write. One that is being worked on takes files and archive, less what it has
 * written already; of those that wait, only the archives count, as not all of them are in the making at once. Exports
 * that share a run share its bytes.
 */
async function promisedBytes({ database, keepsArchives }: DiskRoomOptions): Promise<number> {
  const [row] = await database.query<{ bytes: number }>(
    `SELECT coalesce(sum(CASE
         WHEN ${startOfTasks} IS NOT NULL THEN (sizes.zipped + sizes.unzipped) * (1 - ${progressOfTasks})
         WHEN $1::boolean THEN sizes.zipped
         ELSE 0 END), 0)::double precision AS bytes
     FROM outcrop.runs
     JOIN (SELECT run_id, max(size_estimate_zipped) AS zipped, max(size_estimate_unzipped) AS unzipped
           FROM outcrop.exports WHERE state = 'processing' GROUP BY run_id) sizes ON sizes.run_id = runs.id
     WHERE runs.state = 'active'`,
    [keepsArchives],
  );
  return Math.ceil((row?.bytes ?? 0) * safetyFactor);
}
