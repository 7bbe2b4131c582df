import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Export } from '@outcrop/client';
import { expect, test } from 'vitest';

import { makeLargeLayer } from '../support/large-layer.ts';
import { printFigures } from '../support/print-figures.ts';
import { byProfile } from '../support/profile.ts';
import { runOutcrop, runProgram } from '../support/run-outcrop.ts';
import { makeSampleFolder } from '../support/sample-data.ts';
import { oneOf, seededRandom } from '../support/seeded-random.ts';
import { createKey } from '../support/serve-site.ts';
import { SiteProcesses } from '../support/site-processes.ts';

const minutes = byProfile({ short: 0.75, full: 20 });
const seed = 20_261_125;
const users = 3;
/** Megabytes that a process may have more in the second half than in the first, beside a tenth of what it had. */
const slackMegabytes = byProfile({ short: 120, full: 40 });

/** Files that a process may have more open; in a short run the database still opens those of its tables. */
const slackFiles = byProfile({ short: 15, full: 5 });

interface Sample {
  readonly megabytes: number;
  readonly files: number;
}

/** What the process of a site holds now. */
function look(pid: number): Sample {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { megabytes: Number(kilobytes) / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

test(
  `a site that makes mixed exports for ${minutes} minutes holds no more memory and no more files than in the beginning`,
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'outcrop-soak-'));
    const folder = join(root, 'site');
    await makeSampleFolder(folder);
    await makeLargeLayer(folder, 30_000);
    expect(await runOutcrop(['init', folder], { cwd: root })).toMatchObject({ exitCode: 0 });
    const key = await createKey(folder, ['exports:read', 'exports:write', 'layers:read']);
    await using site = new SiteProcesses(folder, {});
    const { pid, url } = await site.start('serve');
    const client = new Client(url ?? '', { apiKey: key });
    const layers = await client.layers.list().toArray();
    const end = Date.now() + minutes * 60_000;
    const samples: Sample[] = [];
    const sampler = setInterval(() => samples.push(look(pid)), 1000);
    const tally = { complete: 0, cancelled: 0, downloaded: 0 };
    const use = async (user: number): Promise<void> => {
      const random = seededRandom(seed + user);
      for (let turn = 0; Date.now() < end; turn += 1) {
        const wanted = new Export({
          name: random() < 0.2 ? 'again' : `user ${user}, export ${turn}`,
          crs: oneOf(random, ['EPSG:4326', 'EPSG:2193', 'EPSG:3857']),
          formats: {
            vector: oneOf(random, [
              'text/csv',
              'application/geo+json',
              'application/x-ogc-gpkg',
              'application/x-zipped-shp',
            ]),
          },
          items: [{ item: `layers/${oneOf(random, layers).id}` }],
        });
        const made = await client.exports.create(wanted);
        if (random() < 0.15 && made.state === 'processing') {
          await made.cancel().then(
            () => (tally.cancelled += 1),
            () => undefined,
          );
          continue;
        }
        await made.wait({ deadlineMs: 120_000 });
        tally.complete += 1;
        if (random() < 0.5) {
          const { path } = await made.download(await mkdtemp(join(root, 'download-')));
          expect(await runProgram('unzip', ['-tq', path])).toMatchObject({ exitCode: 0 });
          await rm(join(path, '..'), { recursive: true });
          tally.downloaded += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: users }, (_, user) => use(user)));
    clearInterval(sampler);
    // What is left out is the beginning, when caches fill and code is compiled.
    const settled = samples.slice(Math.floor(samples.length / 5));
    const half = Math.floor(settled.length / 2);
    const [first, second] = [settled.slice(0, half), settled.slice(half)];
    const [before, after] = [first, second].map((part) => ({
      megabytes: median(part.map(({ megabytes }) => megabytes)),
      files: median(part.map(({ files }) => files)),
    }));
    printFigures(
      `soak: ${minutes} minutes, seed ${seed}, ${users} users: ${JSON.stringify(tally)}; memory ${before!.megabytes.toFixed(0)} → ${after!.megabytes.toFixed(0)} MB (medians of halves, most ${Math.max(...samples.map(({ megabytes }) => megabytes)).toFixed(0)}), files ${before!.files} → ${after!.files}`,
    );
    expect(tally.complete).toBeGreaterThan(0);
    expect(after!.megabytes).toBeLessThan(before!.megabytes * 1.1 + slackMegabytes);
    expect(after!.files).toBeLessThanOrEqual(before!.files + slackFiles);
    await expect.poll(() => readdir(join(folder, '.outcrop', 'work')), { timeout: 10_000 }).toEqual([]);
    await rm(root, { recursive: true });
  },
  (minutes + 5) * 60_000,
);
