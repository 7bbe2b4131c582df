import { rm } from 'node:fs/promises';

import { beforeAll, expect, test } from 'vitest';

import type { AuditActor, AuditFacts } from '../audit/audit-entry.ts';
import { forgetOldAudit, listAudit, readAudit, writeAudit } from '../audit/audit-log.ts';
import { openSite } from '../catalogue/site.ts';
import { createExport, type Creation } from '../exports/create-export.ts';
import { ExportStore } from '../exports/export-store.ts';
import { IdempotencyStore } from '../exports/idempotency-store.ts';
import { quotasOf } from '../exports/quotas.ts';
import type { FilterOperator, Selection } from '../exports/selection.ts';
import { RunStore } from '../runs/run-store.ts';
import { noLocalWorkers } from '../runs/task-worker.ts';
import { fileObjectStore } from '../storage/file-object-store.ts';
import { describeEveryDatabase } from '../testing/every-database.ts';
import { fakeEngine } from '../testing/fake-engine.ts';
import { writeExport } from '../testing/new-export.ts';
import { writeTestFolder } from '../testing/test-site.ts';
import { type Caller, localUser } from '../tokens/caller.ts';
import { findCaller, findCallerById } from '../tokens/find-caller.ts';
import { insertLoginCode, takeLoginCode } from '../tokens/login-codes.ts';
import { insertToken, revokeToken } from '../tokens/token-store.ts';
import type { Database } from './database.ts';
import { migrate, requireSchema } from './migrate.ts';
import { migrations } from './migrations.ts';
import { endlessRoom } from '../testing/endless-room.ts';

async function callerWithToken(database: Database): Promise<Caller> {
  const { token } = await insertToken(database, { scopes: ['exports:write'], name: 'other' });
  return (await findCaller(database, token))!.caller;
}

const actor: AuditActor = { tokenId: null, tokenName: 'tests', requestId: 'r', remoteAddress: '::1' };

describeEveryDatabase((open) => {
  let database: Database;

  beforeAll(async () => {
    database = open();
    await Promise.all([migrate(database), migrate(database)]);
  });

  test('migrates once, whoever else does so at the same time', async () => {
    await Promise.all([migrate(database), migrate(database)]);
    expect(await database.query('SELECT id FROM outcrop.migrations ORDER BY id')).toEqual(
      migrations.map(({ id }) => ({ id })),
    );
  });

  test('gives a record with the same types, and keeps JSON as it was written', async () => {
    const { id } = await writeExport(database);
    expect(await new ExportStore(database).find(localUser, id)).toMatchObject({
      id,
      state: 'processing',
      progress: 0,
      warnings: ['w'],
      sizeEstimateZipped: 1e12,
      request: { items: [{ item: 'layers/1/' }] },
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      startedAt: null,
      archive: null,
      error: null,
      isReused: false,
    });
  });

  test('makes one export of many creates that have the same key at the same time', async () => {
    const folder = await writeTestFolder();
    const site = await openSite(folder, fakeEngine());
    const creation = {
      site,
      quotas: quotasOf(site.limits, true),
      siteRoot: new URL('http://localhost/'),
      database,
      exportStore: new ExportStore(database),
      diskRoom: endlessRoom,
      idempotencyStore: new IdempotencyStore(database),
      runStore: new RunStore(database),
      objectStore: fileObjectStore(folder),
      workers: noLocalWorkers,
      notifications: { problems: async () => [] },
    };
    const body = { items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } };
    const other = await callerWithToken(database);
    const send = (caller: Caller, sent: object): Promise<Creation> =>
      createExport(creation, caller, { body: sent, key: 'once', actor });
    const all = await Promise.all([
      ...Array.from({ length: 8 }, () => send(localUser, body)),
      send(other, { ...body, name: 'theirs' }),
    ]);
    const theirs = all.pop();
    expect(all.map(({ outcome }) => outcome).toSorted()).toEqual(['created', ...Array(7).fill('repeated')]);
    expect(new Set(all.map((one) => 'record' in one && one.record.id)).size).toBe(1);
    expect(theirs).toMatchObject({ outcome: 'created', record: { name: 'kx-theirs' } });
    expect(await send(localUser, { ...body, name: 'another' })).toEqual({ outcome: 'key-taken' });

    await database.query(`UPDATE outcrop.idempotency_keys SET created_at = now() - interval '25 hours'`);
    const later = await Promise.all([send(localUser, body), send(localUser, body)]);
    expect(later.map(({ outcome }) => outcome).toSorted()).toEqual(['created', 'repeated']);
    const kept = await database.query('SELECT key FROM outcrop.idempotency_keys');
    expect(kept).toEqual([{ key: 'once' }]);
    await database.query(`UPDATE outcrop.exports SET state = 'cancelled'`);
    await rm(folder, { recursive: true });
  });

  test('filters and sorts exports by the same rules', async () => {
    const exportIds = [(await writeExport(database)).id, (await writeExport(database)).id];
    const [older, newer] = exportIds;
    await database.query(
      `UPDATE outcrop.exports SET created_at = '2001-01-01T00:00:00.000001Z' WHERE id = $1`,
      [older],
    );
    const list = async (part: Partial<Selection>): Promise<number[]> => {
      const selection = { filters: [], sort: null, offset: 0, limit: 1000, ...part };
      const { total, records } = await new ExportStore(database).list(localUser, selection);
      expect(total).toBe(records.length);
      return records.map(({ id }) => id).filter((id) => exportIds.includes(id));
    };
    const time = (operator: FilterOperator, value: string): Partial<Selection> => ({
      filters: [{ attribute: 'created_at', operator, values: [value] }],
    });
    expect(await list({})).toEqual([newer, older]);
    expect(await list({ sort: { attribute: 'created_at', isDescending: false } })).toEqual([older, newer]);
    expect(await list(time('lte', '2001-01-01T00:00:00.000001Z'))).toEqual([older]);
    expect(await list(time('is', '2001-01-01T00:00:00.000001Z'))).toEqual([older]);
    expect(await list(time('lt', '2001-01-01T00:00:00.000001Z'))).toEqual([]);
    expect(await list(time('gt', '2001-01-01T00:00:00.000001Z'))).toEqual([newer]);
    expect(
      await list({ filters: [{ attribute: 'name', operator: 'contains', values: ["'; --", 'X-A'] }] }),
    ).toEqual([newer, older]);
    await database.query(`UPDATE outcrop.exports SET state = 'cancelled'`);
  });

  test('a schema that is up to date is taken as it is', async () => {
    expect(await migrate(database)).toEqual([]);
    await expect(requireSchema(database)).resolves.toBeUndefined();
  });

  test('a schema that a newer program has changed is refused, and nothing is changed', async () => {
    await database.query(`INSERT INTO outcrop.migrations (id, name) VALUES (9000, 'of the future')`);
    for (const use of [migrate, requireSchema]) {
      await expect(use(database)).rejects.toThrow(
        /newer Outcrop.*step 9000.*Run that version again, or restore the backup/,
      );
    }
    await database.query('DELETE FROM outcrop.migrations WHERE id = 9000');
  });

  test('a schema that lacks a step is refused where a start may not change it', async () => {
    const { id, name } = migrations.at(-1)!;
    await database.query('DELETE FROM outcrop.migrations WHERE id = $1', [id]);
    await expect(requireSchema(database)).rejects.toThrow(
      `${id} (${name}); back the database up and run \`outcrop migrate\``,
    );
    await database.query('INSERT INTO outcrop.migrations (id, name) VALUES ($1, $2)', [id, name]);
  });

  test('finds the holder of a token, with its rights, and whether it has ended', async () => {
    const order = { scopes: ['exports:read'], name: 'me', groups: ['agency'], referers: ['example.com'] };
    const made = await insertToken(database, { ...order, expires: '1h' });
    expect(await findCaller(database, made.token)).toEqual({
      caller: {
        tokenId: made.id,
        keyId: made.id,
        name: 'me',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
        scopes: ['exports:read'],
        groups: ['agency'],
      },
      ended: null,
      referers: ['example.com'],
      isUseOld: true,
    });
    expect(await findCaller(database, '0'.repeat(32))).toBeNull();
    await database.query(
      `UPDATE outcrop.tokens SET expires_at = now() - interval '1 second', last_used_at = now() WHERE id = $1`,
      [made.id],
    );
    expect(await findCaller(database, made.token)).toMatchObject({ ended: 'expired', isUseOld: false });
    expect(await revokeToken(database, made.id)).toMatchObject({ id: made.id, name: 'me' });
    expect(await findCaller(database, made.token)).toMatchObject({ ended: 'revoked' });
    expect(await findCallerById(database, made.id)).toBeNull();
  });

  test('lets a key of a login link stand in for a token, with no scope more, until that one ends', async () => {
    const scopes = ['layers:read', 'exports:read'];
    const owner = await insertToken(database, { scopes, name: 'Aroha', groups: ['agency'] });
    const order = { scopes: ['exports:read', 'exports:write'], name: 'login link', ownerId: owner.id };
    const key = await insertToken(database, { ...order, expires: '30d', isSession: true });
    expect(await findCallerById(database, key.id)).toMatchObject({
      tokenId: owner.id,
      keyId: key.id,
      name: 'Aroha',
      scopes: ['exports:read'],
      groups: ['agency'],
    });
    await revokeToken(database, owner.id);
    expect(await findCaller(database, key.token)).toMatchObject({ ended: 'revoked' });
  });

  test('gives a login code to one of many who have it, and to nobody once it is over', async () => {
    const order = { name: 'Aroha', scopes: ['layers:read'], groups: ['agency'], ownerId: null };
    const { code } = await insertLoginCode(database, order);
    const taken = await Promise.all(Array.from({ length: 5 }, () => takeLoginCode(database, code)));
    expect(taken.filter((one) => one !== null)).toEqual([order]);
    const late = await insertLoginCode(database, order);
    expect(JSON.stringify(await database.query('SELECT * FROM outcrop.login_codes'))).not.toContain(
      late.code,
    );
    await database.query('UPDATE outcrop.login_codes SET expires_at = now()');
    expect(await takeLoginCode(database, late.code)).toBeNull();
    await insertLoginCode(database, order);
    expect(await database.query('SELECT hash FROM outcrop.login_codes')).toHaveLength(1);
  });

  test('only ever adds to the audit log, but for what is older than it is kept', async () => {
    const facts: AuditFacts = {
      action: 'export-created',
      exportId: 7,
      items: ['layers/3/versions/1/', 'tables/4/versions/2/'],
      bbox: [170, -45.5, 190, -40],
      crs: 'EPSG:2193',
      formats: { vector: 'text/csv' },
      bytes: 5e10,
    };
    await writeAudit(database, actor, facts);
    const { records } = await listAudit(database, {
      filters: [{ attribute: 'item', operator: 'is', values: ['layers/3/'] }],
      sort: null,
      offset: 0,
      limit: 10,
    });
    expect(records).toEqual([
      {
        id: expect.any(Number),
        at: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/),
        action: 'export-created',
        token_id: null,
        token_name: 'tests',
        request_id: 'r',
        remote_address: '::1',
        export_id: 7,
        subject_token_id: null,
        items: facts.items,
        bbox: facts.bbox,
        crs: 'EPSG:2193',
        formats: { vector: 'text/csv' },
        bytes: 5e10,
        detail: null,
      },
    ]);
    for (const change of [
      `UPDATE outcrop.audit SET token_name = 'somebody else'`,
      'DELETE FROM outcrop.audit',
      'TRUNCATE outcrop.audit',
    ]) {
      await expect(database.query(change)).rejects.toThrow('append-only');
    }
    await database.query(
      `INSERT INTO outcrop.audit (at, action, token_name) VALUES (now() - interval '800 days', 'export-created', 'old')`,
    );
    expect(await forgetOldAudit(database, 730)).toBe(1);
    expect(await database.query(`SELECT id FROM outcrop.audit WHERE token_name = 'old'`)).toEqual([]);
    expect(await forgetOldAudit(database, 730)).toBe(0);
  });

  test('reads all of the audit log in portions', async () => {
    await database.query(
      `INSERT INTO outcrop.audit (action, token_name, export_id)
       SELECT 'export-downloaded', 'many', n FROM generate_series(1, 2500) AS n`,
    );
    const filters = [{ attribute: 'action', operator: 'is', values: ['export-downloaded'] }] as const;
    const read: (number | null)[] = [];
    for await (const records of readAudit(database, filters)) {
      read.push(...records.map(({ export_id: exportId }) => exportId));
    }
    expect(read).toEqual(Array.from({ length: 2500 }, (_, index) => index + 1));
  });
});
