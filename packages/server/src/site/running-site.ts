import { readFile, rm, writeFile } from 'node:fs/promises';

import { z } from 'zod';

import type { SitePaths } from '../catalogue/site-paths.ts';
import { isAlive } from './is-alive.ts';

const runningSiteSchema = z.object({ url: z.url(), pid: z.int(), secret: z.string().min(32) });

/** What a running site leaves in its folder, for commands on the same machine by the same user. */
export type RunningSite = z.infer<typeof runningSiteSchema>;

/** Says that a site runs. Only its own user can read it: it holds a secret. */
export async function announceSite(paths: SitePaths, running: RunningSite): Promise<void> {
  await rm(paths.runningFile, { force: true });
  await writeFile(paths.runningFile, JSON.stringify(running), { mode: 0o600, flag: 'wx' });
}

/** Says that it no longer does. */
export async function withdrawSite(paths: SitePaths): Promise<void> {
  await rm(paths.runningFile, { force: true });
}

/** The site that runs on a folder; null where none does, or the one that did has died. */
export async function findRunningSite(paths: SitePaths): Promise<RunningSite | null> {
  const text = await readFile(paths.runningFile, 'utf8').catch(() => null);
  if (text === null) {
    return null;
  }
  try {
    const parsed = runningSiteSchema.safeParse(JSON.parse(text));
    return parsed.success && isAlive(parsed.data.pid) ? parsed.data : null;
  } catch {
    return null;
  }
}
