import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from '@outcrop/client';
import { findPostgres, startPostgres } from '@outcrop/testkit';
import { describe, expect, test } from 'vitest';

import { makeLargeLayer } from '../support/large-layer.ts';
import { insist } from '../support/insist.ts';
import { printFigures } from '../support/print-figures.ts';
import { byProfile } from '../support/profile.ts';
import { runOutcrop, runProgram } from '../support/run-outcrop.ts';
import { makeSampleFolder } from '../support/sample-data.ts';
import { oneOf, seededRandom } from '../support/seeded-random.ts';
import { createKey } from '../support/serve-site.ts';
import { openSiteDatabase } from '../support/site-database.ts';
import { type Role, SiteProcesses } from '../support/site-processes.ts';

const exportCount = byProfile({ short: 24, full: 200 });
const pointCount = byProfile({ short: 60_000, full: 150_000 });
const seed = Number(process.env['OUTCROP_SEED'] ?? 20_261_125);
/** The next kill comes after so long, at random: a site must have time to start, and a large item to be made between two of them. */
const killEveryMs = byProfile({ short: [700, 3500], full: [1000, 8000] } as const);
const programs = await findPostgres();

interface Detail {
  readonly id: number;
  readonly url: string;
  readonly state: string;
  readonly sha256: string | null;
  readonly download_url: string | null;
  readonly reused: boolean;
  readonly error: { readonly code: string; readonly detail: string } | null;
}

interface Asked {
  readonly id: number;
  readonly isCancelled: boolean;
}

interface Arena {
  readonly folder: string;
  readonly downloads: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly random: () => number;
  readonly layers: Readonly<Record<string, number>>;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A folder with a large layer and small ones, and a key to it. */
async function prepare(environment: Readonly<Record<string, string>>): Promise<Arena> {
  const root = await mkdtemp(join(tmpdir(), 'outcrop-kill-'));
  const folder = join(root, 'site');
  await makeSampleFolder(folder);
  await makeLargeLayer(folder, pointCount);
  const made = await runOutcrop(['init', folder], { cwd: root });
  if (made.exitCode !== 0) throw new Error(made.stderr);
  const key = await createKey(folder, ['exports:read', 'exports:write', 'layers:read'], environment);
  const listed = await runOutcrop(['layers', folder, '--json'], { cwd: root });
  const layers = JSON.parse(listed.stdout) as { id: number; title: string }[];
  return {
    folder,
    downloads: join(root, 'downloads'),
    key,
    environment,
    random: seededRandom(seed),
    layers: Object.fromEntries(layers.map(({ id, title }) => [title.toLowerCase(), id])),
    headers: { authorization: `key ${key}`, 'content-type': 'application/json' },
  };
}

/** Exports of mixed sizes: some of the same as others, some of several items. */
function wish({ layers, random }: Arena, index: number): object {
  const large = { item: `layers/${layers['points']}/` };
  const small = { item: `layers/${layers['places']}/` };
  const areas = { item: `layers/${layers['regions']}/` };
  const items = oneOf(random, [[small], [small, areas], [large], [small, large, areas]]);
  const isEqual = random() < 0.2;
  return {
    name: isEqual ? 'the same' : `export ${index}`,
    items,
    formats: { vector: oneOf(random, ['application/x-ogc-gpkg', 'application/geo+json', 'text/csv']) },
    crs: 'EPSG:4326',
  };
}

async function createAll(arena: Arena, api: string): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (let index = 0; index < exportCount; index += 1) {
    const created = await insist(`${api}exports/`, {
      method: 'POST',
      headers: { ...arena.headers, 'idempotency-key': `kill ${index}` },
      body: JSON.stringify(wish(arena, index)),
    });
    if (created.status !== 201) throw new Error(`HTTP ${created.status}: ${JSON.stringify(created.body)}`);
    const { id } = created.body as Detail;
    const isCancelled = arena.random() < 0.1 && (await cancel(arena, `${api}exports/${id}/`));
    asked.push({ id, isCancelled });
    await delay(arena.random() * 200);
  }
  return asked;
}

/** Whether the site said that it was cancelled. An answer may be lost, and the next one then says that it is not processing. */
async function cancel({ headers }: Arena, url: string): Promise<boolean> {
  const answer = await insist(url, { method: 'DELETE', headers });
  if (answer.status === 202) return true;
  const { body } = await insist(url, { headers });
  return (body as Detail).state === 'cancelled';
}

/** Kills something at random moments until told to stop. */
async function killAtRandom(site: SiteProcesses, random: () => number, stop: AbortSignal): Promise<Tally> {
  const tally: Tally = { api: 0, worker: 0, serve: 0, child: 0 };
  const [least, most] = killEveryMs;
  while (!stop.aborted) {
    await delay(least + random() * (most - least));
    if (stop.aborted) break;
    const children = site.exportProcesses();
    if (children.length > 0 && random() < 0.4) {
      process.kill(oneOf(random, children), 'SIGKILL');
      tally.child += 1;
    } else {
      const victim = oneOf(random, site.all);
      tally[victim.role] += 1;
      await site.replace(victim);
    }
  }
  return tally;
}

type Tally = Record<'api' | 'worker' | 'serve' | 'child', number>;

async function settle({ headers }: Arena, api: string, asked: readonly Asked[]): Promise<Detail[]> {
  const ended: Detail[] = [];
  for (const { id } of asked) {
    for (;;) {
      const { body } = await insist(`${api}exports/${id}/`, { headers });
      if ((body as Detail).state !== 'processing') {
        ended.push(body as Detail);
        break;
      }
      await delay(200);
    }
  }
  return ended;
}

/** Every export has ended as it must have, and every archive is whole. Gives how many archives there are. */
async function verifyAll(
  arena: Arena,
  url: string,
  { asked, ended }: { asked: readonly Asked[]; ended: readonly Detail[] },
): Promise<number> {
  for (const [index, detail] of ended.entries()) {
    expect(detail, `export ${detail.id}`).toMatchObject({
      id: asked[index]!.id,
      state: asked[index]!.isCancelled ? 'cancelled' : 'complete',
      error: null,
    });
  }
  const complete = ended.filter(({ state }) => state === 'complete');
  const archives = new Map(complete.map(({ sha256, id }) => [sha256, id]));
  const client = new Client(url, { apiKey: arena.key });
  await mkdir(arena.downloads);
  for (const id of archives.values()) {
    const { path } = await (await client.exports.get(id)).download(arena.downloads);
    expect(await runProgram('unzip', ['-tq', path])).toMatchObject({ exitCode: 0 });
    expect(await runOutcrop(['verify', path], { cwd: arena.folder })).toMatchObject({ exitCode: 0 });
    await rm(path);
  }
  return archives.size;
}

/** A process that starts removes what others have left. */
async function tidy({ folder, environment }: Arena, roles: readonly Role[]): Promise<void> {
  await using site = new SiteProcesses(folder, environment);
  for (const role of new Set(roles)) await site.start(role);
}

/** Of several processes, one that starts does what is due, and no more. */
async function makeChoresDue(databaseUrl: string): Promise<void> {
  await using database = await openSiteDatabase('', databaseUrl);
  await database.query('UPDATE outcrop.chores SET due_at = now()');
}

/** Whatever a site keeps of exports and runs, as paths from its own folder. */
async function keptFiles(folder: string): Promise<string[]> {
  const own = join(folder, '.outcrop');
  const found = await readdir(own, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(own, join(entry.parentPath, entry.name)))
    .filter((name) => !/^(?:database|cache|site-lock\.sqlite)\b/.test(name))
    .toSorted();
}

describe.each([
  { name: 'PGlite, in one process', roles: ['serve'] as const, needsServer: false },
  {
    name: 'PostgreSQL, an API and two workers',
    roles: ['api', 'worker', 'worker'] as const,
    needsServer: true,
  },
])('on $name', ({ roles, needsServer }) => {
  test.skipIf(needsServer && programs === null)(
    'whatever is killed, each export that was accepted ends once, whole, and leaves nothing',
    async () => {
      await using cluster = needsServer ? await startPostgres(programs ?? '') : null;
      const environment = {
        OUTCROP_LEASE_SECONDS: '3',
        ...(cluster === null ? {} : { DATABASE_URL: cluster.url }),
      };
      const arena = await prepare(environment);
      const started = performance.now();
      const site = new SiteProcesses(arena.folder, environment);
      const [front, ...others] = roles;
      const { url } = await site.start(front);
      for (const role of others) await site.start(role);
      const api = `${url ?? ''}services/api/v1/`;
      const stop = new AbortController();
      const killing = killAtRandom(site, seededRandom(seed + 1), stop.signal);
      const asked = await createAll(arena, api);
      const ended = await settle(arena, api, asked).finally(() => stop.abort());
      const tally = await killing;
      const archives = await verifyAll(arena, url ?? '', { asked, ended });
      await site[Symbol.asyncDispose]();
      if (cluster !== null) await makeChoresDue(cluster.url);
      await tidy(arena, roles);
      await using database = await openSiteDatabase(arena.folder, cluster?.url ?? null);
      const kept = await keptFiles(arena.folder);
      const keys = await database.query<{ archive_key: string }>(
        `SELECT archive_key FROM outcrop.runs WHERE state = 'complete' ORDER BY archive_key`,
      );
      expect(kept).toEqual(keys.map(({ archive_key: key }) => `exports/${key}`).toSorted());
      expect(await database.query('SELECT id FROM outcrop.tasks')).toEqual([]);
      expect(await database.query(`SELECT id FROM outcrop.runs WHERE state = 'active'`)).toEqual([]);
      expect(
        await database.query(
          'SELECT id FROM outcrop.runs WHERE NOT EXISTS (SELECT 1 FROM outcrop.exports WHERE run_id = runs.id)',
        ),
      ).toEqual([]);
      const exports = await database.query<{ id: number }>('SELECT id FROM outcrop.exports ORDER BY id');
      expect(exports.map(({ id }) => id)).toEqual(asked.map(({ id }) => id).toSorted((a, b) => a - b));
      expect(tally.child + tally.api + tally.worker + tally.serve).toBeGreaterThan(0);
      printFigures(
        `${exportCount} exports on ${needsServer ? 'PostgreSQL' : 'PGlite'}, seed ${seed}: killed ${JSON.stringify(tally)}; ${asked.filter(({ isCancelled }) => isCancelled).length} cancelled, ${archives} different archives verified, ${Math.round((performance.now() - started) / 1000)} s`,
      );
      await rm(join(arena.folder, '..'), { recursive: true });
    },
    byProfile({ short: 300_000, full: 3_600_000 }),
  );
});
