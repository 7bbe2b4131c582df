import { Gauge, type Registry } from 'prom-client';

import type { Database } from '../database/database.ts';
import { type DiskSpace, diskSpace, folderBytes } from './disk-figures.ts';
import { readQueueFigures, readStoreFigures } from './read-site-figures.ts';
import { inTime } from '../in-time.ts';
import { remember } from './remember.ts';

/** What the figures of a site are taken from. */
export interface FigureSources {
  readonly database: Database;
  readonly workFolder: URL;
  /** Null where archives are not in a folder of this machine. */
  readonly archiveFolder: URL | null;
  readonly onError: (error: unknown) => void;
}

/** The database is asked at most so often, however many ask this process. */
const queueMs = 3000;
/** These look at every row, or at every file of the work folder. */
const storeMs = 30_000;

/**
 * Adds the figures of the whole site, which any of its processes can tell: they come from the database. A figure that
 * cannot be had is left out, and the others are told.
 */
export function registerSiteFigures(registry: Registry, sources: FigureSources): void {
  const queue = remember(() => readQueueFigures(sources.database), queueMs);
  const store = remember(() => readStoreFigures(sources.database), storeMs);
  const gauges = gaugesOf(registry, sources.onError);
  gauges.one(
    'outcrop_queue_oldest_seconds',
    'Time since the oldest run was asked for of which a task waits for a worker; 0 if none does.',
    () => queue().then(({ oldestSeconds }) => oldestSeconds),
  );
  gauges.labelled(
    'outcrop_queue_tasks',
    'Tasks by state: waiting for a worker, running, blocked by items that are missing, put off to be tried again.',
    {
      label: 'state',
      read: async () => (await queue()).tasks,
    },
  );
  gauges.labelled('outcrop_exports', 'Exports by their state.', {
    label: 'state',
    read: async () => (await store()).exports,
  });
  gauges.labelled('outcrop_exports_failed', 'Exports in the state error, by code.', {
    label: 'code',
    read: async () => (await store()).failures,
  });
  gauges.one('outcrop_archives', 'Archives that can be downloaded.', async () => (await store()).archives);
  gauges.one('outcrop_archive_stored_bytes', 'Bytes of the archives that can be downloaded.', async () =>
    store().then(({ archiveBytes }) => archiveBytes),
  );
  registerDisk(gauges, sources);
  registerConnections(gauges, sources.database);
}

function registerDisk(gauges: Gauges, { workFolder, archiveFolder }: FigureSources): void {
  const workBytes = remember(() => folderBytes(workFolder), storeMs);
  gauges.one('outcrop_work_bytes', 'Bytes of the work folder on this machine.', workBytes);
  const places = { work: workFolder, ...(archiveFolder === null ? {} : { storage: archiveFolder }) };
  const disk = async (field: keyof DiskSpace): Promise<Record<string, number>> => {
    const found = await Promise.all(
      Object.entries(places).map(
        async ([place, folder]) => [place, (await diskSpace(folder))?.[field]] as const,
      ),
    );
    return Object.fromEntries(found.filter((one): one is [string, number] => one[1] !== undefined));
  };
  const label = 'place';
  gauges.labelled('outcrop_disk_free_bytes', 'Bytes that are free where work and archives are kept.', {
    label,
    read: () => disk('free'),
  });
  gauges.labelled('outcrop_disk_size_bytes', 'Size of the file systems where work and archives are kept.', {
    label,
    read: () => disk('size'),
  });
}

function registerConnections(gauges: Gauges, database: Database): void {
  if (database.connections() === null) {
    return;
  }
  gauges.labelled(
    'outcrop_database_connections',
    'Connections to the database, and calls that wait for one.',
    {
      label: 'state',
      read: async () => ({ ...database.connections() }),
    },
  );
}

interface Gauges {
  one(name: string, help: string, read: () => Promise<number>): void;
  labelled(
    name: string,
    help: string,
    source: { label: string; read: () => Promise<Readonly<Record<string, number>>> },
  ): void;
}

function gaugesOf(registry: Registry, onError: (error: unknown) => void): Gauges {
  const registers = [registry];
  return {
    one(name, help, read) {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          const value = await orNull(read(), onError);
          if (value === null) this.remove();
          else this.set(value);
        },
      });
    },
    labelled(name, help, { label, read }) {
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers,
        async collect() {
          const values = await orNull(read(), onError);
          this.reset();
          Object.entries(values ?? {}).forEach(([key, value]) => this.set({ [label]: key }, value));
        },
      });
    },
  };
}

async function orNull<T>(read: Promise<T>, onError: (error: unknown) => void): Promise<T | null> {
  try {
    return await inTime(read);
  } catch (error) {
    onError(error);
    return null;
  }
}
