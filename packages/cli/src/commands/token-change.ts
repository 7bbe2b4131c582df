import { type Command, Option } from '@commander-js/extra-typings';
import { tokenScopes } from '@outcrop/contract';

import type { CommandContext } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { folderUrl } from '../options/folder-url.ts';
import { addText, parseId } from '../options/parse-list.ts';
import { parseTokenScope } from '../options/parse-scope.ts';
import { printJson } from '../output/print-json.ts';

/** `outcrop token change`: what a key may do from now on; its holder keeps it. */
export function registerTokenChange(token: Command, context: CommandContext): void {
  const { terminal } = context;
  token
    .command('change')
    .description('change what an API key may do, from its next request on; what is not named stays')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .argument('<id>', 'number of the key; see outcrop token list', parseId)
    .option(
      '--scope <scope>',
      `all that the key may do; repeat for several: ${tokenScopes.join(', ')}`,
      parseTokenScope,
    )
    .option('--name <name>', 'name to know the key by')
    .option('--group <group>', 'all groups that its holder is in; repeat for several', addText)
    .addOption(new Option('--no-groups', 'it is in none').conflicts('group'))
    .option('--referer <pages>', 'all web pages that may use it; repeat for several', addText)
    .addOption(new Option('--no-referers', 'it may be used from anywhere').conflicts('referer'))
    .option('--expires <when>', 'when it ends: 12h, 90d, 52w, a date, a time, or never')
    .option('--json', 'print JSON')
    .action(async (folder, tokenId, options) => {
      const change = changeOf(options);
      if (Object.keys(change).length === 0) {
        throw usageFailure('Say what to change: --scope, --name, --group, --referer or --expires');
      }
      const server = await context.loadServer();
      const site = folderUrl(folder, context.workingFolder);
      const changed = await server.changeToken({ folder: site, tokenId, change });
      if (options.json === true) printJson(terminal, changed);
      else terminal.note(`Key ${changed.id} ${JSON.stringify(changed.name)} is changed.`);
    });
}

interface ChangeOptions {
  readonly scope?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly group?: readonly string[] | undefined;
  readonly groups: boolean;
  readonly referer?: readonly string[] | undefined;
  readonly referers: boolean;
  readonly expires?: string | undefined;
}

function changeOf({ scope, name, expires, ...options }: ChangeOptions): {
  name?: string;
  scopes?: readonly string[];
  groups?: readonly string[];
  referers?: readonly string[];
  expires?: string | null;
} {
  const groups = options.groups ? options.group : [];
  const referers = options.referers ? options.referer : [];
  return {
    ...(scope === undefined ? {} : { scopes: scope }),
    ...(name === undefined ? {} : { name }),
    ...(groups === undefined ? {} : { groups }),
    ...(referers === undefined ? {} : { referers }),
    ...(expires === undefined ? {} : { expires: expires === 'never' ? null : expires }),
  };
}
