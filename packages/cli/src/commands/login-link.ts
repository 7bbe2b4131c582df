import type { Command } from '@commander-js/extra-typings';
import { scopes } from '@outcrop/contract';

import type { CommandContext } from '../command-context.ts';
import { folderUrl } from '../options/folder-url.ts';
import { addText, parseId } from '../options/parse-list.ts';
import { parseScope } from '../options/parse-scope.ts';
import { printJson } from '../output/print-json.ts';

/** `outcrop login-link`: a link that opens the page of a running site, signed in. */
export function registerLoginLink(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('login-link')
    .description('print a link that opens the page of a running site, signed in; it works once')
    .argument('<folder>', 'folder of a site that is being served')
    .option('--scope <scope>', `what its owner may do; default all of ${scopes.join(', ')}`, parseScope)
    .option('--name <name>', 'whom it is for')
    .option('--group <group>', 'group of outcrop.yaml that its owner is in; repeat for several', addText)
    .option('--token <id>', 'key whose exports and groups its owner has; see outcrop token list', parseId)
    .option('--json', 'print JSON')
    .action(async (folder, { scope, name, group, token, json }) => {
      const server = await context.loadServer();
      const link = await server.orderLoginLink({
        folder: folderUrl(folder, context.workingFolder),
        ...(scope === undefined ? {} : { scopes: [...scope] }),
        ...(name === undefined ? {} : { name }),
        ...(group === undefined ? {} : { groups: group }),
        ...(token === undefined ? {} : { tokenId: token }),
      });
      if (json === true) printJson(terminal, link);
      else terminal.print(link.url);
    });
}
