import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';

import type { Database } from '../database/database.ts';
import { requireSchema } from '../database/migrate.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { inTime } from '../in-time.ts';
import { remember } from './remember.ts';

/** What a process needs before it may be given work. */
export type CheckName = 'database' | 'schema' | 'storage' | 'work';

/** Whether a process may be given requests and tasks, and what stands in the way. */
export interface Readiness {
  readonly status: 'ready' | 'not ready' | 'draining';
  readonly checks: Readonly<Record<CheckName, 'ok' | 'failed'>>;
}

/** What readiness is judged by. */
export interface ReadinessSources {
  readonly database: Database;
  readonly objectStore: Pick<ObjectStore, 'stat'>;
  /** Folder for archives in the making. */
  readonly workFolder: URL;
  readonly isDraining: () => boolean;
  readonly onFailure: (check: CheckName, error: unknown) => void;
}

/** Probes come from several sides, and anyone may ask. */
const rememberedMs = 1000;

/** Looks whether database, schema, storage and work folder can be used; at most once a second. */
export function readinessOf(sources: ReadinessSources): () => Promise<Readiness> {
  const { database, objectStore, workFolder } = sources;
  const check = async (name: CheckName, ask: () => Promise<unknown>): Promise<'ok' | 'failed'> => {
    try {
      await inTime(ask());
      return 'ok';
    } catch (error) {
      sources.onFailure(name, error);
      return 'failed';
    }
  };
  const look = remember(async () => {
    const [answered, schema, storage, work] = await Promise.all([
      check('database', () => database.query('SELECT 1')),
      check('schema', () => requireSchema(database)),
      check('storage', () => objectStore.stat('probe/ready')),
      check('work', () => writeProbe(workFolder)),
    ]);
    return { database: answered, schema, storage, work };
  }, rememberedMs);
  return async () => {
    const checks = await look();
    const isReady = Object.values(checks).every((one) => one === 'ok');
    return { status: sources.isDraining() ? 'draining' : isReady ? 'ready' : 'not ready', checks };
  };
}

/** Rights alone do not say that there is room. */
async function writeProbe(folder: URL): Promise<void> {
  const probe = new URL(`.probe-${randomUUID()}`, folder);
  try {
    await writeFile(probe, 'ready');
  } finally {
    await rm(probe, { force: true });
  }
}
