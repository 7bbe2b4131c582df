import type { Command } from '@commander-js/extra-typings';
import { scopes } from '@outcrop/contract';

import type { CommandContext } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { folderUrl } from '../options/folder-url.ts';
import { parseCount } from '../options/parse-count.ts';
import { parseEmail } from '../options/parse-email.ts';
import { parseScope } from '../options/parse-scope.ts';
import { printJson } from '../output/print-json.ts';

/** Ids are integers of the database. */
const maxId = 2_147_483_647;

/** `outcrop token`: makes an API key, also while the site runs. */
export function registerToken(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const token = program.command('token').description('API keys of a site');
  token
    .command('create')
    .description('create an API key; it is shown once')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .option('--scope <scope>', `what the key may do; repeat for several: ${scopes.join(', ')}`, parseScope)
    .option('--name <name>', 'name to know the key by')
    .option('--email <address>', 'the one address that its exports may be announced to by mail', parseEmail)
    .option('--json', 'print JSON')
    .action(async (folder, { scope, name, email, json }) => {
      if (scope === undefined)
        throw usageFailure(`Say what the key may do with --scope: ${scopes.join(', ')}`);
      const server = await context.loadServer();
      const site = folderUrl(folder, context.workingFolder);
      const created = await server.createToken({
        folder: site,
        scopes: [...scope],
        ...(name === undefined ? {} : { name }),
      });
      if (email !== undefined) {
        await server.orderNotifications(site, { order: 'email', token: created.id, address: email });
      }
      if (json === true) printJson(terminal, created);
      else terminal.print(created.token);
    });
  token
    .command('email')
    .description('set the one address that the exports of a key may be announced to by mail')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .argument('<id>', 'number of the key, which token create --json calls id', parseCount(maxId))
    .argument('[address]', 'none takes it away', parseEmail)
    .action(async (folder, id, address) => {
      const server = await context.loadServer();
      const site = folderUrl(folder, context.workingFolder);
      await server.orderNotifications(site, { order: 'email', token: id, address: address ?? null });
    });
}
