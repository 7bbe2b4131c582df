import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Command } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { folderUrl } from '../options/folder-url.ts';
import { describeImport } from '../output/describe-import.ts';
import { formatTable } from '../output/format-table.ts';
import { printJson } from '../output/print-json.ts';
import { createProgress } from '../output/progress-display.ts';
import type { InitialisedSite, ServerPort } from '../server-port.ts';

type Skipped = InitialisedSite['skipped'][number];

/** `outcrop init`: makes an export site of a folder. */
export function registerInit(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('init')
    .description('make an export site of a folder: find its layers and write outcrop.yaml')
    .argument('<folder>', 'folder with GeoPackages, images and grids')
    .option('--import', 'also bring in Shapefiles, CSVs and others, as outcrop import does', false)
    .option('--json', 'print JSON')
    .action(async (folder, { json, import: imports }) => {
      const server = await context.loadServer();
      const url = folderUrl(folder, context.workingFolder);
      const found = await server.initSite(url);
      const site = imports ? await importAll(found, url, { server, context, silent: json === true }) : found;
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

/** Imports what can be; what cannot is left out with the reason, and the others come in all the same. */
async function importAll(
  site: InitialisedSite,
  folder: URL,
  { server, context, silent }: { server: ServerPort; context: CommandContext; silent: boolean },
): Promise<InitialisedSite> {
  const { terminal } = context;
  const signal = context.interruption();
  const failed: Skipped[] = [];
  for (const source of site.skipped.filter(isImportable)) {
    const progress = await createProgress(terminal, { silent });
    const onProgress = (fraction: number, name: string): void => progress.update(fraction, name);
    const files = [join(fileURLToPath(folder), source.path)];
    try {
      // The file stays where it is: a second init brings it in again.
      const imported = await server
        .importIntoSite({ folder, files, replace: true, signal, onProgress })
        .finally(() => progress.stop());
      if (!silent) describeImport(terminal, imported);
    } catch (error) {
      signal.throwIfAborted();
      failed.push({ ...source, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const after = await server.initSite(folder);
  return { ...after, skipped: [...after.skipped.filter((one) => !isImportable(one)), ...failed] };
}

function isImportable(skipped: Skipped): boolean {
  return skipped.isImportable === true;
}
