import { beforeAll, expect, test } from 'vitest';

import { ExportStore } from '../exports/export-store.ts';
import { TaskStore } from '../runs/task-store.ts';
import { describeEveryDatabase } from '../testing/every-database.ts';
import { localUser } from '../tokens/caller.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';

describeEveryDatabase((open) => {
  let database: Database;

  beforeAll(async () => {
    database = open();
    await database.runScript('DROP SCHEMA IF EXISTS outcrop CASCADE; CREATE SCHEMA outcrop;');
    for (const { sql } of migrations.filter(({ id }) => id <= 2)) await database.runScript(sql);
    await database.runScript(`
      CREATE TABLE outcrop.migrations (id integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz DEFAULT now());
      INSERT INTO outcrop.migrations (id, name) VALUES (1, 'a'), (2, 'b');
      INSERT INTO outcrop.exports (name, state, request, plan, job_id, progress, started_at, finished_at,
          archive_key, archive_bytes, archive_sha256, error_code, error_detail)
        SELECT state, state, '{}', '{"items": [1, 2]}', gen_random_uuid(), 0.5, now(), now(),
          CASE WHEN state IN ('complete', 'gone') THEN state || '/archive.zip' END, 5, 'abc',
          CASE WHEN state = 'error' THEN 'disk-full' END, 'why'
        FROM unnest(ARRAY['processing', 'complete', 'error', 'cancelled', 'gone']) AS state;
    `);
    await migrate(database);
  });

  test('exports of before there were runs are what they were', async () => {
    const { records } = await new ExportStore(database).list(localUser, {
      filters: [],
      sort: { attribute: 'id', isDescending: false },
      offset: 0,
      limit: 10,
    });
    expect(
      records.map(({ name, state, progress, archive, error }) => [
        name,
        state,
        progress,
        archive?.key,
        error,
      ]),
    ).toEqual([
      ['processing', 'processing', 0, undefined, null],
      ['complete', 'complete', 0.5, 'complete/archive.zip', null],
      ['error', 'error', 0.5, undefined, { code: 'disk-full', detail: 'why' }],
      ['cancelled', 'cancelled', null, undefined, null],
      ['gone', 'gone', 0.5, 'gone/archive.zip', null],
    ]);
  });

  test('one that was being processed is taken up, with all its items', async () => {
    const taken = await new TaskStore(database, 60).claim();
    expect(taken).toMatchObject({ items: [0, 1], packs: true, attempts: 1, plan: { items: [1, 2] } });
    expect(await new TaskStore(database, 60).claim()).toBeNull();
  });

  test('new exports get numbers of their own', async () => {
    const [row] = await database.query<{ id: number }>(
      `INSERT INTO outcrop.runs (plan) VALUES ('{}') RETURNING id`,
    );
    expect(row!.id).toBeGreaterThan(5);
  });
});
