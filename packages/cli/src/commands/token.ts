import type { Command } from '@commander-js/extra-typings';
import { scopes } from '@outcrop/contract';

import type { CommandContext } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { folderUrl } from '../options/folder-url.ts';
import { parseScope } from '../options/parse-scope.ts';
import { printJson } from '../output/print-json.ts';

/** `outcrop token create`: makes an API key, also while the site runs. */
export function registerToken(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const token = program.command('token').description('API keys of a site');
  token
    .command('create')
    .description('create an API key; it is shown once')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .option('--scope <scope>', `what the key may do; repeat for several: ${scopes.join(', ')}`, parseScope)
    .option('--name <name>', 'name to know the key by')
    .option('--json', 'print JSON')
    .action(async (folder, { scope, name, json }) => {
      if (scope === undefined)
        throw usageFailure(`Say what the key may do with --scope: ${scopes.join(', ')}`);
      const server = await context.loadServer();
      const created = await server.createToken({
        folder: folderUrl(folder, context.workingFolder),
        scopes: [...scope],
        ...(name === undefined ? {} : { name }),
      });
      if (json === true) printJson(terminal, created);
      else terminal.print(created.token);
    });
}
