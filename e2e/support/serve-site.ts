import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

import { finished, pressCtrlC, runOutcrop, startOutcrop } from './run-outcrop.ts';

/** A site that the built command serves, in a process of its own. */
export interface ServedSite extends AsyncDisposable {
  readonly url: string;
  /** Its process, to look at or to kill. */
  readonly pid: number;
  /** Ends it as a person does, and gives its exit code. */
  stop(): Promise<number | null>;
}

/** Serves a folder on a free port. */
export async function serveSite(
  folder: string,
  options: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServedSite> {
  const child = startOutcrop(['serve', folder, '--port', '0', ...options], { cwd: folder, environment });
  const end = finished(child);
  const url = await Promise.race([
    printedAddress(child.stdout),
    end.then(({ stderr }) => {
      throw new Error(`the site did not start: ${stderr}`);
    }),
  ]);
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) pressCtrlC(child);
    return (await end).exitCode;
  };
  return { url, pid: child.pid ?? 0, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

/** Creates a key while the site runs, or while it does not. */
export async function createKey(
  folder: string,
  scopes: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = scopes.flatMap((scope) => ['--scope', scope]);
  const { exitCode, stdout, stderr } = await runOutcrop(['token', 'create', folder, ...options, '--json'], {
    cwd: folder,
    environment,
  });
  if (exitCode !== 0) throw new Error(`no key was created: ${stderr}`);
  return (JSON.parse(stdout) as { token: string }).token;
}

/** The address that a site prints when it listens. */
export async function printedAddress(stdout: ChildProcess['stdout']): Promise<string> {
  if (stdout !== null) {
    for await (const line of createInterface({ input: stdout })) {
      const url = /https?:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) return url;
    }
  }
  return new Promise<string>(() => undefined);
}
