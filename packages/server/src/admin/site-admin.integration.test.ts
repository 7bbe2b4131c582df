import { rm, writeFile } from 'node:fs/promises';

import { findPostgres, type PostgresCluster, startPostgres } from '@outcrop/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import type { AuditRecord } from '../audit/audit-log.ts';
import { loadConfig } from '../config.ts';
import { startSite } from '../main.ts';
import { fakeEngine } from '../testing/fake-engine.ts';
import { writeTestFolder } from '../testing/test-site.ts';
import { createToken, listTokens, revokeToken } from './manage-tokens.ts';
import { orderLoginLink } from './order-login-link.ts';
import { readAuditLog } from './read-audit-log.ts';

// Each command opens the database in the folder anew, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const programs = await findPostgres();

async function readAll(lines: AsyncIterable<AuditRecord>): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const line of lines) records.push(line);
  return records;
}

/** What the commands do must be the same with the database in the folder and with a server. */
function commandsContract(databaseUrl: () => string | undefined): void {
  let folder: URL;
  const scopes = ['layers:read'];

  beforeAll(async () => {
    folder = await writeTestFolder('access: { groups: { agency: Staff } }\n');
    vi.stubEnv('DATABASE_URL', databaseUrl());
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  test('tokens are made, listed and ended where no site runs', async () => {
    const made = await createToken({ folder, scopes, name: 'Aroha', groups: ['agency'], expires: '90d' });
    expect(made).toEqual({ id: expect.any(Number), token: expect.stringMatching(/^[0-9a-f]{32}$/), scopes });
    await expect(createToken({ folder, scopes, groups: ['nobody'] })).rejects.toThrow('no group "nobody"');
    await expect(createToken({ folder, scopes: ['x'] })).rejects.toThrow('no scope "x"');
    const listed = await listTokens({ folder });
    expect(listed).toMatchObject([{ id: made.id, name: 'Aroha', groups: ['agency'], revoked_at: null }]);
    expect(await revokeToken({ folder, tokenId: made.id })).toMatchObject({ id: made.id });
    expect((await listTokens({ folder }))[0]?.revoked_at).toMatch(/Z$/);
    await expect(revokeToken({ folder, tokenId: 999 })).rejects.toThrow('no token 999');
  });

  test('a running site is asked, and the log has both', async () => {
    const server = await startSite({
      folder,
      port: 0,
      host: '127.0.0.1',
      publicUrl: null,
      anonymous: false,
      engine: fakeEngine(),
      logger: pino({ level: 'silent' }),
      config: loadConfig(),
    });
    const made = await createToken({ folder, scopes: ['admin'], name: 'Boss' });
    const { url } = await orderLoginLink({ folder, name: 'Visitor' });
    expect(url.startsWith(`${server.url.href}#login=`)).toBe(true);
    await expect(orderLoginLink({ folder, tokenId: 999 })).rejects.toThrow('no token 999');
    const running = await readAll(readAuditLog({ folder, since: '2020-01-01' }));
    // More than a page of the list has.
    await Promise.all(Array.from({ length: 101 }, () => createToken({ folder, scopes })));
    expect(await listTokens({ folder })).toHaveLength(103);
    await server.close();
    expect((await readAll(readAuditLog({ folder }))).slice(0, running.length)).toEqual(running);
    expect(running.map(({ action, subject_token_id: id, token_name: by }) => [action, id, by])).toEqual([
      ['token-created', expect.any(Number), 'Operator'],
      ['token-revoked', expect.any(Number), 'Operator'],
      ['token-created', made.id, 'Operator'],
      ['login-link-created', null, 'Operator'],
    ]);
    expect(await readAll(readAuditLog({ folder, actions: ['token-revoked'] }))).toHaveLength(1);
    expect(await readAll(readAuditLog({ folder, until: '2020-01-01' }))).toEqual([]);
    await expect(readAll(readAuditLog({ folder, since: 'yesterday' }))).rejects.toThrow(
      'at.gte: must be a time',
    );
    await expect(readAll(readAuditLog({ folder, actions: ['x'] }))).rejects.toThrow('action:');
    await expect(orderLoginLink({ folder })).rejects.toThrow('No site of this folder is running');
  });

  test('a folder whose outcrop.yaml is wrong says so', async () => {
    await writeFile(new URL('outcrop.yaml', folder), 'titel: x');
    await expect(listTokens({ folder })).rejects.toThrow('titel');
  });
}

describe('the database in the folder', () => {
  commandsContract(() => undefined);
});

describe.skipIf(programs === null)('a PostgreSQL server', () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await startPostgres(programs ?? '');
  });
  afterAll(() => cluster[Symbol.asyncDispose]());
  commandsContract(() => cluster.url);
});
