import { exportStates } from '@outcrop/contract';

import type { Database } from '../database/database.ts';

/**
 * `waiting`: for a worker. `running`: a worker has it. `blocked`: it packs the archive, and items are missing. `retrying`: it
 * failed in a way that may pass, and is put off.
 */
type TaskState = 'waiting' | 'running' | 'blocked' | 'retrying';

/** What waits and what is worked on, in the whole site. */
export interface QueueFigures {
  readonly tasks: Readonly<Record<TaskState, number>>;
  /** Seconds since its run was asked for; 0 where nothing waits. */
  readonly oldestSeconds: number;
}

/** Reads what waits and what is worked on. */
export async function readQueueFigures(database: Database): Promise<QueueFigures> {
  const [row] = await database.query<Record<TaskState, number> & { oldest: number }>(
    `SELECT count(*) FILTER (WHERE state = 'waiting')::integer AS waiting,
            count(*) FILTER (WHERE state = 'running')::integer AS running,
            count(*) FILTER (WHERE state = 'blocked')::integer AS blocked,
            count(*) FILTER (WHERE state = 'retrying')::integer AS retrying,
            coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'waiting')), 0)::double precision AS oldest
     FROM (SELECT runs.created_at, CASE
             WHEN waits_for > 0 THEN 'blocked'
             WHEN available_at <= now() THEN 'waiting'
             WHEN lease IS NOT NULL THEN 'running'
             ELSE 'retrying' END AS state
           FROM outcrop.tasks JOIN outcrop.runs ON runs.id = tasks.run_id WHERE NOT done) AS task`,
  );
  const { waiting = 0, running = 0, blocked = 0, retrying = 0, oldest = 0 } = row ?? {};
  return { tasks: { waiting, running, blocked, retrying }, oldestSeconds: Math.max(oldest, 0) };
}

/** Exports and archives of the whole site. */
export interface StoreFigures {
  readonly exports: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly archives: number;
  readonly archiveBytes: number;
}

/** Reads how many exports and archives there are. */
export async function readStoreFigures(database: Database): Promise<StoreFigures> {
  const states = await database.query<{ state: string; exports: number }>(
    'SELECT state, count(*)::integer AS exports FROM outcrop.exports GROUP BY state',
  );
  const codes = await database.query<{ code: string; exports: number }>(
    `SELECT coalesce(runs.error_code, 'internal') AS code, count(*)::integer AS exports
     FROM outcrop.exports JOIN outcrop.runs ON runs.id = exports.run_id WHERE exports.state = 'error' GROUP BY 1`,
  );
  const [kept] = await database.query<{ archives: number; bytes: number }>(
    `SELECT count(*)::integer AS archives, coalesce(sum(archive_bytes), 0)::double precision AS bytes
     FROM outcrop.runs WHERE state = 'complete' AND archive_key IS NOT NULL`,
  );
  return {
    // A state that nobody is in is told too, so that a graph of it begins at 0.
    exports: {
      ...Object.fromEntries(exportStates.map((state) => [state, 0])),
      ...Object.fromEntries(states.map((row) => [row.state, row.exports])),
    },
    failures: Object.fromEntries(codes.map((row) => [row.code, row.exports])),
    archives: kept?.archives ?? 0,
    archiveBytes: kept?.bytes ?? 0,
  };
}
