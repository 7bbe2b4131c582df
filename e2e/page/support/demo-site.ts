import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { inject } from 'vitest';

import { finished, startOutcrop, runScript } from '../../support/run-outcrop.ts';
import { serveSite, type ServedSite } from '../../support/serve-site.ts';

const samples = fileURLToPath(new URL('../../../samples/', import.meta.url));

/** The demo site in a folder of its own, served to this machine. */
export interface DemoSite extends AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  /** Stops serving, and gives how to serve again at the same address. */
  stop(): Promise<() => Promise<void>>;
}

/** The demo site that tests share which change nothing of it but make exports. */
export function sharedDemo(): Pick<DemoSite, 'folder' | 'url'> {
  return inject('pageSite');
}

/** Copies the demo site, changes its configuration where wanted, and serves it. */
export async function serveDemo(
  options: {
    readonly flags?: readonly string[];
    readonly configure?: (yaml: string) => string;
  } = {},
): Promise<DemoSite> {
  await buildSamples();
  const root = await mkdtemp(join(tmpdir(), 'outcrop-page-'));
  const folder = join(root, 'site');
  await cp(join(samples, 'site'), folder, {
    recursive: true,
    filter: (path) => !path.includes('.outcrop'),
  });
  const config = join(folder, 'outcrop.yaml');
  await writeFile(config, (options.configure ?? ((yaml) => yaml))(await readFile(config, 'utf8')));
  const flags = options.flags ?? ['--anonymous'];
  let served: ServedSite = await serveSite(folder, flags);
  const { url } = served;
  return {
    folder,
    url,
    async stop() {
      await served.stop();
      return async () => {
        served = await serveAt(folder, new URL(url).port, flags);
      };
    },
    async [Symbol.asyncDispose]() {
      await served.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function buildSamples(): Promise<void> {
  if (existsSync(join(samples, 'site', 'cities.gpkg'))) return;
  const script = new URL('../../../samples/dist/build-site.js', import.meta.url);
  const { exitCode, stderr } = await runScript(script, [], { cwd: samples });
  if (exitCode !== 0) throw new Error(`the demo site was not built: ${stderr}`);
}

async function serveAt(folder: string, port: string, flags: readonly string[]): Promise<ServedSite> {
  const child = startOutcrop(['serve', folder, '--port', port, ...flags], { cwd: folder });
  const end = finished(child);
  await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
  const stop = async (): Promise<number | null> => {
    child.kill('SIGINT');
    return (await end).exitCode;
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    pid: child.pid ?? 0,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
