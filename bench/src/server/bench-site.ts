import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { findPostgres, startPostgres, writeGeoPackage } from '@outcrop/testkit';

import { pointsTable } from '../data/points.ts';

const run = promisify(execFile);
const outcrop = fileURLToPath(new URL('../../../packages/cli/bin/outcrop.js', import.meta.url));

/** Eight keys ask as much as hundreds of people do, and what is measured is not what a site allows. */
const withoutLimits = `
limits:
  rates: { reading: null, submitting: null, authentication: null }
  max_unfinished_exports: null
`;

/** A site on a PostgreSQL server of its own whose commits wait for the disk, with one API process. */
export interface ServedSite extends AsyncDisposable {
  readonly url: string;
  /** Keys of as many users. */
  readonly keys: readonly string[];
  /** Starts a worker process. */
  startWorker(): Promise<void>;
}

/** Makes a site of points and serves it. */
export async function serveBenchSite(pointCount: number, users: number): Promise<ServedSite> {
  const programs = await findPostgres();
  if (programs === null) throw new Error('no PostgreSQL on this machine; npm run setup installs it');
  const folder = await mkdtemp(join(tmpdir(), 'outcrop-bench-'));
  const file = pathToFileURL(join(folder, 'points.gpkg'));
  writeGeoPackage(file, { tables: [pointsTable(pointCount)] });
  const cluster = await startPostgres(programs, { isDurable: true });
  const env = { ...process.env, DATABASE_URL: cluster.url, OUTCROP_LOG_LEVEL: 'warn' };
  const children: ChildProcess[] = [];
  const start = async (commandLine: readonly string[]): Promise<string> => {
    const child = spawn(process.execPath, [outcrop, ...commandLine], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
      child.stdout.resume();
      return line;
    }
    throw new Error(`outcrop ${commandLine[0]} did not start`);
  };
  await run(process.execPath, [outcrop, 'init', folder]);
  await appendFile(join(folder, 'outcrop.yaml'), withoutLimits);
  const scopes = ['exports:read', 'exports:write', 'layers:read'].flatMap((scope) => ['--scope', scope]);
  const keys: string[] = [];
  for (let user = 0; user < users; user += 1) {
    const { stdout } = await run(process.execPath, [outcrop, 'token', 'create', folder, ...scopes], { env });
    keys.push(stdout.trim());
  }
  const address = await start(['api', folder, '--port', '0', '--json']);
  return {
    url: (JSON.parse(address) as { url: string }).url,
    keys,
    startWorker: async () => void (await start(['worker', folder])),
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map(stop));
      await cluster[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
