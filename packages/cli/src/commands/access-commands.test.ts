import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test, vi } from 'vitest';

import { runCommand } from '../run-command.ts';
import type { AuditLine, ListedToken, ServerPort } from '../server-port.ts';
import { testContext } from '../testing/test-context.ts';

const folder = pathToFileURL(join(process.cwd(), 'docs/'));

const aToken: ListedToken = {
  id: 7,
  name: 'Aroha',
  scopes: ['exports:read', 'exports:write'],
  groups: ['agency'],
  referers: ['maps.example'],
  is_session: false,
  expires_at: '2999-01-01T00:00:00.000000Z',
  revoked_at: null,
  last_used_at: '2026-11-25T12:34:56.000000Z',
};

const aLine: AuditLine = {
  id: 1,
  at: '2026-11-25T12:34:56.000000Z',
  action: 'export-created',
  token_id: 7,
  token_name: '=HYPERLINK("https://evil.example")',
  request_id: null,
  remote_address: '203.0.113.9',
  export_id: 3,
  subject_token_id: null,
  items: ['layers/1/versions/5/', 'tables/2/versions/6/'],
  bbox: [-170, -45, 190.5, -40],
  crs: 'EPSG:2193',
  formats: { vector: 'text/csv' },
  bytes: 1024,
  detail: null,
};

test('token create passes on groups, pages and end', async () => {
  const createToken = vi.fn<ServerPort['createToken']>(async ({ scopes }) => ({
    token: 'f00',
    scopes,
    id: 1,
  }));
  const context = testContext({ server: { createToken } });
  const options = [
    '--scope',
    'admin',
    '--group',
    'agency',
    '--group',
    'partners',
    '--referer',
    '*.example.com',
  ];
  const commandLine = ['token', 'create', 'docs', ...options, '--expires', '90d', '--name', 'Aroha'];
  expect(await runCommand(commandLine, context)).toBe(0);
  expect(context.printed).toEqual(['f00']);
  expect(createToken).toHaveBeenCalledWith({
    folder,
    scopes: ['admin'],
    groups: ['agency', 'partners'],
    referers: ['*.example.com'],
    expires: '90d',
    name: 'Aroha',
  });
});

test('token list shows what can be shown, and the state of each key', async () => {
  const tokens = [
    aToken,
    {
      ...aToken,
      id: 8,
      expires_at: '2001-01-01T00:00:00.000000Z',
      last_used_at: null,
      groups: [],
      referers: [],
    },
    {
      ...aToken,
      id: 9,
      revoked_at: '2026-01-01T00:00:00.000000Z',
      expires_at: null,
      is_session: true,
      referers: [],
    },
  ];
  const context = testContext({ server: { listTokens: async () => tokens } });
  expect(await runCommand(['token', 'list', 'docs'], context)).toBe(0);
  expect(context.printed).toEqual([
    'id  state    scopes                      groups  expires     last used          name',
    '7   active   exports:read exports:write  agency  2999-01-01  2026-11-25T12:34Z  Aroha (pages of maps.example)',
    '8   expired  exports:read exports:write  -       2001-01-01  never              Aroha',
    '9   revoked  exports:read exports:write  agency  never       2026-11-25T12:34Z  Aroha (login link)',
  ]);
  const asJson = testContext({ server: { listTokens: async () => tokens } });
  await runCommand(['token', 'list', 'docs', '--json'], asJson);
  expect(JSON.parse(asJson.printed.join('\n'))).toEqual(tokens);
});

test('token change passes on what is named, and nothing else', async () => {
  const changeToken = vi.fn<ServerPort['changeToken']>(async () => aToken);
  const context = testContext({ server: { changeToken } });
  const change = (...options: string[]): Promise<number> =>
    runCommand(['token', 'change', 'docs', '7', ...options], context);
  expect(await change('--group', 'agency', '--group', 'partners')).toBe(0);
  expect(changeToken).toHaveBeenLastCalledWith({
    folder,
    tokenId: 7,
    change: { groups: ['agency', 'partners'] },
  });
  expect(await change('--no-groups', '--no-referers', '--expires', 'never', '--scope', 'layers:read')).toBe(
    0,
  );
  expect(changeToken).toHaveBeenLastCalledWith({
    folder,
    tokenId: 7,
    change: { scopes: ['layers:read'], groups: [], referers: [], expires: null },
  });
  expect(context.noted).toEqual(['Key 7 "Aroha" is changed.', 'Key 7 "Aroha" is changed.']);
  expect(await change()).toBe(2);
  expect(await change('--group', 'agency', '--no-groups')).toBe(2);
  expect(changeToken).toHaveBeenCalledTimes(2);
});

test('token revoke names the key that it ended, and wants a number', async () => {
  const revokeToken = vi.fn<ServerPort['revokeToken']>(async () => aToken);
  const context = testContext({ server: { revokeToken } });
  expect(await runCommand(['token', 'revoke', 'docs', '7'], context)).toBe(0);
  expect(revokeToken).toHaveBeenCalledWith({ folder, tokenId: 7 });
  expect(context.noted).toEqual(['Key 7 "Aroha" is revoked.']);
  for (const id of ['Aroha', '7.5', '99999999999']) {
    expect(await runCommand(['token', 'revoke', 'docs', id], context)).toBe(2);
  }
});

async function* linesOf(...lines: AuditLine[]): AsyncGenerator<AuditLine> {
  yield* lines;
}

test('audit prints CSV that no spreadsheet takes for formulas', async () => {
  const readAuditLog = vi.fn<ServerPort['readAuditLog']>(() => linesOf(aLine));
  const context = testContext({ server: { readAuditLog } });
  const filters = ['--since', '2026-11-01', '--until', '2026-12-01', '--token', '7', '--export', '3'];
  const more = ['--action', 'export-created', '--item', 'layers/1/'];
  expect(await runCommand(['audit', 'docs', ...filters, ...more], context)).toBe(0);
  expect(readAuditLog).toHaveBeenCalledWith({
    folder,
    since: '2026-11-01',
    until: '2026-12-01',
    tokenIds: [7],
    exportIds: [3],
    actions: ['export-created'],
    items: ['layers/1/'],
  });
  expect(context.printed).toEqual([
    'id,at,action,token_id,token_name,request_id,remote_address,export_id,subject_token_id,items,bbox,crs,formats,bytes,detail',
    `1,2026-11-25T12:34:56.000000Z,export-created,7,"'=HYPERLINK(""https://evil.example"")",,203.0.113.9,3,,layers/1/versions/5/ tables/2/versions/6/,-170 -45 190.5 -40,EPSG:2193,"{""vector"":""text/csv""}",1024,`,
  ]);
});

test('audit prints JSON lines, whole', async () => {
  const context = testContext({ server: { readAuditLog: () => linesOf(aLine, { ...aLine, id: 2 }) } });
  expect(await runCommand(['audit', 'docs', '--format', 'jsonl'], context)).toBe(0);
  expect(context.printed.map((line) => JSON.parse(line) as unknown)).toEqual([aLine, { ...aLine, id: 2 }]);
  expect(await runCommand(['audit', 'docs', '--format', 'xml'], context)).toBe(2);
});

test('login-link can be for a key and for groups', async () => {
  const orderLoginLink = vi.fn<ServerPort['orderLoginLink']>(async () => ({ url: 'u', expiresAt: 't' }));
  const context = testContext({ server: { orderLoginLink } });
  expect(await runCommand(['login-link', 'docs', '--token', '7', '--group', 'agency'], context)).toBe(0);
  expect(orderLoginLink).toHaveBeenCalledWith({ folder, tokenId: 7, groups: ['agency'] });
});
