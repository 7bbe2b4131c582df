import type { ChildProcess } from 'node:child_process';

import { exportProcessesOf, freePort } from '@outcrop/testkit';

import { finished, type Finished, startOutcrop } from './run-outcrop.ts';
import { printedAddress } from './serve-site.ts';

/** What a process of a site does. */
export type Role = 'serve' | 'api' | 'worker';

/** A process of a site. */
export interface SiteProcess {
  readonly role: Role;
  readonly pid: number;
  /** Where it listens; null for a worker. */
  readonly url: string | null;
  readonly end: Promise<Finished>;
}

/** The processes of one site, which may be killed and started again. APIs keep their ports. */
export class SiteProcesses implements AsyncDisposable {
  readonly folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #processes = new Set<SiteProcess>();
  /** What they have written to stderr. */
  readonly logs: string[] = [];

  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#environment = environment;
  }

  get all(): readonly SiteProcess[] {
    return [...this.#processes];
  }

  /** Starts one, and waits until it works. */
  async start(role: Role, port: number | null = null): Promise<SiteProcess> {
    const options = role === 'worker' ? [] : ['--port', String(port ?? (await freePort()))];
    const child = startOutcrop([role, this.folder, ...options], {
      cwd: this.folder,
      environment: this.#environment,
    });
    const end = finished(child);
    child.stderr?.on('data', (text: string) => this.logs.push(text));
    const url = await Promise.race([started(child, role), end.then(refuse)]);
    const process: SiteProcess = { role, pid: child.pid ?? 0, url, end };
    this.#processes.add(process);
    void end.then(() => this.#processes.delete(process));
    return process;
  }

  /** Kills one with SIGKILL, and starts another in its place. */
  async replace(victim: SiteProcess): Promise<SiteProcess> {
    process.kill(victim.pid, 'SIGKILL');
    await victim.end;
    return this.start(victim.role, victim.url === null ? null : Number(new URL(victim.url).port));
  }

  /** The processes that run exports now, of all workers. */
  exportProcesses(): number[] {
    return exportProcessesOf(this.all.map(({ pid }) => pid));
  }

  /** Ends one as whoever runs it does, and gives how it ended. */
  async stop(one: SiteProcess): Promise<Finished> {
    process.kill(one.pid, 'SIGTERM');
    return one.end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((one) => this.stop(one)));
  }
}

function refuse({ stderr }: Finished): never {
  throw new Error(`a process of the site did not start: ${stderr}`);
}

async function started(child: ChildProcess, role: Role): Promise<string | null> {
  if (role !== 'worker') return printedAddress(child.stdout);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return null;
}
