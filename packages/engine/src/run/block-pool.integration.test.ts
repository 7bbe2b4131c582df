import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { EngineError } from '../engine-error.ts';
import { outputSchema } from '../plan/output-schema.ts';
import { surveyTableHere, type TableSurvey } from '../source/survey.ts';
import { tableOf } from '../testing/export-fixture.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { processBlocks } from './block-pool.ts';
import type { BlockTask, ItemSetup, ProcessedBlock } from './block-task.ts';
import { startWorkers, WorkerTeam } from './worker-team.ts';

const features = 60_000;
let folder: TemporaryFolder;
let survey: TableSurvey;
let setup: ItemSetup;
let tasks: BlockTask[];

beforeAll(async () => {
  folder = await temporaryFolder();
  const path = join(folder.path, 'points.gpkg');
  const random = seededRandom(3);
  writeGeoPackage(path, {
    tables: [
      {
        name: 'points',
        geometry: { epsg: 2193, type: 'POINT' },
        columns: [{ name: 'name', type: 'TEXT' }],
        features: Array.from({ length: features }, (_, k) => ({
          fid: k + 1,
          geometry: { type: 'Point', coordinates: [1.7e6 + random() * 1e5, 5.4e6 + random() * 1e5] } as const,
          attributes: { name: `point ${k}` },
        })),
      },
    ],
  });
  const source = tableOf(path);
  survey = surveyTableHere(source, join(folder.path, 'cache'));
  const schema = outputSchema(source, survey, {
    title: 'Points',
    description: '',
    name: 'points',
    crs: 'EPSG:2193',
    mayCut: false,
    modified: survey.modified,
  });
  setup = {
    source,
    mimetype: 'application/geo+json',
    encode: { schema, coordinatePrecision: null, includeGeometryField: true, pieceFolder: folder.path },
    crop: null,
    reprojection: null,
  };
  tasks = survey.blockStarts.map((from, block) => ({ from, before: survey.blockStarts[block + 1] ?? null }));
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

const teams: WorkerTeam[] = [];

/** A team that ends with the test. */
function teamOf(size: number, entry?: string): () => WorkerTeam {
  return () => {
    const team = new WorkerTeam(size, { entry });
    teams.push(team);
    return team;
  };
}

afterEach(async () => {
  for (const team of teams.splice(0)) await team[Symbol.asyncDispose]();
  expect(workerCount()).toBe(0);
});

async function collect(blocks: AsyncGenerator<ProcessedBlock>): Promise<string> {
  let text = '';
  for await (const block of blocks)
    text += block.pieces.map((piece) => Buffer.from(piece as Uint8Array).toString()).join('');
  return text;
}

test('blocks come in order and are the same from any number of workers', async () => {
  expect(tasks.length).toBeGreaterThan(5);
  const alone = await collect(processBlocks(setup, tasks, { team: null, signal: undefined }));
  const ids = [...alone.matchAll(/"id":(\d+),/g)].map(([, id]) => Number(id));
  expect(ids).toEqual(Array.from({ length: features }, (_, k) => k + 1));
  expect(await collect(processBlocks(setup, tasks, { team: teamOf(2), signal: undefined }))).toBe(alone);
  expect(await collect(processBlocks(setup, tasks, { team: teamOf(5), signal: undefined }))).toBe(alone);
});

test('an abort ends the workers at once, with its own reason', async () => {
  const abort = new AbortController();
  const blocks = processBlocks(setup, tasks, { team: teamOf(2), signal: abort.signal });
  await blocks.next();
  abort.abort(new Error('enough'));
  const started = performance.now();
  await expect(collect(blocks)).rejects.toThrow('enough');
  expect(performance.now() - started).toBeLessThan(2000);
});

test('a team does one item after the other, and waits for nobody between them', async () => {
  const team = new WorkerTeam(2);
  teams.push(team);
  const alone = await collect(processBlocks(setup, tasks, { team: null, signal: undefined }));
  for (const mimetype of ['application/geo+json', 'application/geo+json-seq', 'application/geo+json']) {
    const text = await collect(
      processBlocks({ ...setup, mimetype }, tasks, { team: () => team, signal: undefined }),
    );
    expect(text === alone).toBe(mimetype === 'application/geo+json');
    expect(workerCount()).toBe(2);
  }
});

test('few blocks are not worth a team', async () => {
  const none = (): WorkerTeam => {
    throw new Error('no team is needed');
  };
  const few = tasks.slice(0, 2);
  expect(await collect(processBlocks(setup, few, { team: none, signal: undefined }))).toContain('point 0');
});

function workerCount(): number {
  return (process.report.getReport() as unknown as { workers: unknown[] }).workers.length;
}

test('what fails in a worker fails the run, with its code and the name of the file', async () => {
  const missing = { ...setup, source: { ...setup.source, path: join(folder.path, 'nowhere.gpkg') } };
  const failure = await collect(processBlocks(missing, tasks, { team: teamOf(2), signal: undefined })).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(EngineError);
  expect(failure).toMatchObject({
    code: 'source-unavailable',
    message: expect.stringContaining('nowhere.gpkg'),
  });
});

test('a worker that ends by itself fails the run, which can be tried again', async () => {
  const entry = join(folder.path, 'dies.mjs');
  writeFileSync(
    entry,
    "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));",
  );
  const failure = await collect(
    processBlocks(setup, tasks, { team: teamOf(2, entry), signal: undefined }),
  ).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EngineError);
  expect(failure).toMatchObject({
    code: 'process-died',
    retryable: true,
    message: expect.stringContaining('exit code 3'),
  });
});

test.each([
  [17_000_000, 2, false],
  [19_000_000, 2, true],
  [19_000_000, 1, false],
])(
  'of a file of %i bytes, and %i workers asked for, threads are started early: %s',
  async (bytes, count, isEarly) => {
    const path = join(folder.path, `${bytes}.gpkg`);
    writeFileSync(path, '');
    truncateSync(path, bytes);
    const layer = { title: 'A layer', description: '', licence: null, source: { ...setup.source, path } };
    await using team = startWorkers(
      { items: [{ item: 'layers/1', layer, options: {} }], formats: {}, region: null } as never,
      count,
    );
    expect(team?.size ?? null).toBe(isEarly ? count : null);
  },
);
