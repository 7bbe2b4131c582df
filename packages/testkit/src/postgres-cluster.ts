import { execFile, type ExecFileOptions } from 'node:child_process';
import { chown, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort } from './free-port.ts';

const run = promisify(execFile);
const debianFolder = '/usr/lib/postgresql';

/** A PostgreSQL server of its own, gone when its scope ends. */
export interface PostgresCluster extends AsyncDisposable {
  readonly url: string;
  /** Ends it as a power cut does: every connection is lost, and nothing is tidied up. */
  stop(): Promise<void>;
  /** Starts it again, with what it had written. */
  start(): Promise<void>;
}

/** The folder of the machine's PostgreSQL programs; null where it has none. */
export async function findPostgres(): Promise<string | null> {
  const versions = await readdir(debianFolder).catch(() => []);
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(debianFolder, newest, 'bin');
}

/**
 * Starts a server on a free port of this machine, with an empty database.
 *
 * @param options.isDurable whether commits wait for the disk, as those of a real server do. Default false: tests do not mind.
 */
export async function startPostgres(
  programs: string,
  { isDurable = false }: { readonly isDurable?: boolean } = {},
): Promise<PostgresCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'outcrop-postgres-'));
  const options = await asUnprivileged(folder);
  const port = await freePort();
  await run(
    join(programs, 'initdb'),
    ['-D', join(folder, 'data'), '-U', 'outcrop', '-A', 'trust', '--no-sync'],
    options,
  );
  const settings = `-p ${port} -h 127.0.0.1 -k ${folder}${isDurable ? '' : ' -F'}`;
  const control = async (...words: readonly string[]): Promise<void> => {
    await run(join(programs, 'pg_ctl'), [...words, '-D', join(folder, 'data')], options);
  };
  const start = (): Promise<void> => control('start', '-w', '-l', join(folder, 'log'), '-o', settings);
  const stop = (): Promise<void> => control('stop', '-w', '-m', 'immediate');
  await start();
  return {
    url: `postgresql://outcrop@127.0.0.1:${port}/postgres`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; it then runs as the user that Debian's package made for it. */
async function asUnprivileged(folder: string): Promise<ExecFileOptions> {
  if (process.getuid?.() !== 0) {
    return { cwd: folder };
  }
  const { uid, gid } = await stat('/var/lib/postgresql');
  await chown(folder, uid, gid);
  return { cwd: folder, uid, gid };
}
