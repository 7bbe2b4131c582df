import type { Command } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { folderUrl } from '../options/folder-url.ts';
import { printJson } from '../output/print-json.ts';

/** `outcrop migrate`: brings the schema of a site's database up to date. */
export function registerMigrate(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('migrate')
    .description('bring the schema of the database up to date, before a new version starts; forward only')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .option('--json', 'print JSON')
    .action(async (folder, { json }) => {
      const server = await context.loadServer();
      const migrated = await server.migrateSite({ folder: folderUrl(folder, context.workingFolder) });
      if (json === true) {
        printJson(terminal, migrated);
        return;
      }
      for (const { id, name } of migrated.steps) terminal.print(`Step ${id}: ${name}`);
      terminal.print(`The schema is at step ${migrated.schema}`);
    });
}
