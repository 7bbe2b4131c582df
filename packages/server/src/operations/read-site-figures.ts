import { exportStates } from '@outcrop/contract';

import type { Database } from '../database/database.ts';

/** What waits and what is worked on, in the whole site. */
export interface QueueFigures {
  readonly tasks: Readonly<Record<'waiting' | 'running', number>>;
  /** Seconds; 0 where nothing waits. */
  readonly oldestSeconds: number;
}

/** Reads what waits and what is worked on. */
export async function readQueueFigures(database: Database): Promise<QueueFigures> {
  const [row] = await database.query<{ waiting: number; running: number; oldest: number }>(
    `SELECT count(*) FILTER (WHERE NOT taken)::integer AS waiting,
            count(*) FILTER (WHERE taken)::integer AS running,
            coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE NOT taken)), 0)::double precision AS oldest
     FROM (SELECT created_at, lease_until IS NOT NULL AND lease_until > now() AS taken
           FROM outcrop.exports WHERE state = 'processing') AS task`,
  );
  const { waiting = 0, running = 0, oldest = 0 } = row ?? {};
  return { tasks: { waiting, running }, oldestSeconds: Math.max(oldest, 0) };
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
    `SELECT coalesce(error_code, 'internal') AS code, count(*)::integer AS exports
     FROM outcrop.exports WHERE state = 'error' GROUP BY 1`,
  );
  const [kept] = await database.query<{ archives: number; bytes: number }>(
    `SELECT count(*)::integer AS archives, coalesce(sum(archive_bytes), 0)::double precision AS bytes
     FROM outcrop.exports WHERE state = 'complete' AND archive_key IS NOT NULL`,
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
