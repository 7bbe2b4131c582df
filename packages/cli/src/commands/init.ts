import { fileURLToPath } from 'node:url';

import type { Command } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { folderUrl } from '../options/folder-url.ts';
import { formatTable } from '../output/format-table.ts';
import { printJson } from '../output/print-json.ts';

/** `outcrop init`: makes an export site of a folder. */
export function registerInit(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('init')
    .description('make an export site of a folder: find its layers and write outcrop.yaml')
    .argument('<folder>', 'folder with GeoPackages, images and grids')
    .option('--json', 'print JSON')
    .action(async (folder, { json }) => {
      const server = await context.loadServer();
      const site = await server.initSite(folderUrl(folder, context.workingFolder));
      const configFile = fileURLToPath(site.configFile);
      if (json === true) {
        printJson(terminal, { ...site, configFile });
        return;
      }
      terminal.print(`${configFile}: ${site.layers.length} layers and tables`);
      for (const line of formatTable(site.layers.map(({ id, title }) => [`  ${id}`, title])))
        terminal.print(line);
      for (const { path, table, reason } of site.skipped) {
        terminal.note(`left out: ${path}${table === null ? '' : `, table ${table}`}: ${reason}`);
      }
    });
}
