import type { Command } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { folderUrl } from '../options/folder-url.ts';
import { printJson } from '../output/print-json.ts';

/** `outcrop restore`: puts a backup into a folder that has no database. */
export function registerRestore(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('restore')
    .description(
      'put a backup into a folder with the data of the site and no database; nothing is overwritten',
    )
    .argument('<folder>', 'folder of the site')
    .requiredOption('--from <folder>', 'folder that `outcrop backup` has made')
    .option('--json', 'print JSON')
    .action(async (folder, { from, json }) => {
      const server = await context.loadServer();
      const restored = await server.restoreSite({
        from: folderUrl(from, context.workingFolder),
        folder: folderUrl(folder, context.workingFolder),
      });
      if (json === true) {
        printJson(terminal, restored);
        return;
      }
      const states = Object.entries(restored.exports).map(([state, count]) => `${count} ${state}`);
      terminal.print(`Restored the site as of ${restored.madeAt}: ${restored.archives} archives`);
      terminal.print(`Exports: ${states.join(', ') || 'none'}; those in processing run again when it starts`);
      if (!restored.isConfigRestored) terminal.note('The outcrop.yaml that was there is kept');
    });
}
