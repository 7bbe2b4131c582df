import type { Command } from '@commander-js/extra-typings';
import { tokenScopes } from '@outcrop/contract';

import type { CommandContext } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { folderUrl } from '../options/folder-url.ts';
import { parseEmail } from '../options/parse-email.ts';
import { addText, parseId } from '../options/parse-list.ts';
import { parseTokenScope } from '../options/parse-scope.ts';
import { formatTable } from '../output/format-table.ts';
import { printJson } from '../output/print-json.ts';
import type { ListedToken } from '../server-port.ts';
import { registerTokenChange } from './token-change.ts';

const folderHelp = 'folder with an outcrop.yaml';

/** `outcrop token`: makes, lists, changes and ends API keys, also while the site runs. */
export function registerToken(program: Command, context: CommandContext): void {
  const token = program.command('token').description('API keys of a site');
  registerCreate(token, context);
  registerList(token, context);
  registerTokenChange(token, context);
  registerRevoke(token, context);
  registerEmail(token, context);
}

function registerCreate(token: Command, context: CommandContext): void {
  const { terminal } = context;
  token
    .command('create')
    .description('create an API key; it is shown once')
    .argument('<folder>', folderHelp)
    .option(
      '--scope <scope>',
      `what the key may do; repeat for several: ${tokenScopes.join(', ')}`,
      parseTokenScope,
    )
    .option('--name <name>', 'name to know the key by')
    .option('--group <group>', 'group of outcrop.yaml that its holder is in; repeat for several', addText)
    .option(
      '--referer <pages>',
      'web pages that may use it, such as example.com or *.example.com; repeat for several',
      addText,
    )
    .option('--expires <when>', 'when it ends: 12h, 90d, 52w, a date or a time; default never')
    .option('--email <address>', 'the one address that its exports may be announced to by mail', parseEmail)
    .option('--json', 'print JSON')
    .action(async (folder, { scope, name, group, referer, expires, email, json }) => {
      if (scope === undefined)
        throw usageFailure(`Say what the key may do with --scope: ${tokenScopes.join(', ')}`);
      const server = await context.loadServer();
      const site = folderUrl(folder, context.workingFolder);
      const created = await server.createToken({
        folder: site,
        scopes: [...scope],
        ...(name === undefined ? {} : { name }),
        ...(group === undefined ? {} : { groups: group }),
        ...(referer === undefined ? {} : { referers: referer }),
        ...(expires === undefined ? {} : { expires }),
      });
      if (email !== undefined) {
        await server.orderNotifications(site, { order: 'email', token: created.id, address: email });
      }
      if (json === true) printJson(terminal, created);
      else terminal.print(created.token);
    });
}

function registerList(token: Command, context: CommandContext): void {
  token
    .command('list')
    .description('list the API keys of a site; what they are is known to their holders only')
    .argument('<folder>', folderHelp)
    .option('--json', 'print JSON')
    .action(async (folder, { json }) => {
      const server = await context.loadServer();
      const tokens = await server.listTokens({ folder: folderUrl(folder, context.workingFolder) });
      if (json === true) printJson(context.terminal, tokens);
      else printTable(tokens, context);
    });
}

function registerRevoke(token: Command, context: CommandContext): void {
  token
    .command('revoke')
    .description('end an API key, for good, and the login keys that stand in for it')
    .argument('<folder>', folderHelp)
    .argument('<id>', 'number of the key; see outcrop token list', parseId)
    .action(async (folder, tokenId) => {
      const server = await context.loadServer();
      const revoked = await server.revokeToken({
        folder: folderUrl(folder, context.workingFolder),
        tokenId,
      });
      context.terminal.note(`Key ${revoked.id} ${JSON.stringify(revoked.name)} is revoked.`);
    });
}

function registerEmail(token: Command, context: CommandContext): void {
  token
    .command('email')
    .description('set the one address that the exports of a key may be announced to by mail')
    .argument('<folder>', folderHelp)
    .argument('<id>', 'number of the key; see outcrop token list', parseId)
    .argument('[address]', 'none takes it away', parseEmail)
    .action(async (folder, id, address) => {
      const server = await context.loadServer();
      const site = folderUrl(folder, context.workingFolder);
      await server.orderNotifications(site, { order: 'email', token: id, address: address ?? null });
    });
}

function printTable(tokens: readonly ListedToken[], { terminal }: CommandContext): void {
  const header = ['id', 'state', 'scopes', 'groups', 'expires', 'last used', 'name'];
  const rows = tokens.map((token) => [
    String(token.id),
    stateOf(token),
    token.scopes.join(' '),
    token.groups.join(' ') || '-',
    token.expires_at?.slice(0, 10) ?? 'never',
    token.last_used_at === null ? 'never' : `${token.last_used_at.slice(0, 16)}Z`,
    `${token.name}${token.is_session ? ' (login link)' : ''}${token.referers.length > 0 ? ` (pages of ${token.referers.join(', ')})` : ''}`,
  ]);
  for (const line of formatTable([header, ...rows])) terminal.print(line);
}

function stateOf({ revoked_at: revokedAt, expires_at: expiresAt }: ListedToken): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'active';
}
