import type { Command } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { folderUrl, newFolderUrl } from '../options/folder-url.ts';
import { printJson } from '../output/print-json.ts';

/** `outcrop backup`: copies database, archives and settings of a site, also while it runs. */
export function registerBackup(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('backup')
    .description('copy the database, the archives and the outcrop.yaml of a site, also while it runs')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .requiredOption('--to <folder>', 'folder of the backup; it must be empty or not there')
    .option('--json', 'print JSON')
    .action(async (folder, { to, json }) => {
      const server = await context.loadServer();
      const backup = await server.backUpSite({
        folder: folderUrl(folder, context.workingFolder),
        to: newFolderUrl(to, context.workingFolder),
      });
      if (json === true) printJson(terminal, backup);
      else
        terminal.print(
          `Backed up to ${to}: the database as of ${backup.made_at}, ${backup.archives} archives`,
        );
    });
}
