import type { Command } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { folderUrl } from '../options/folder-url.ts';
import { formatTable } from '../output/format-table.ts';
import { printJson } from '../output/print-json.ts';
import type { ListedLayer } from '../server-port.ts';

/** `outcrop layers`: lists the layers of a site folder, without a server. */
export function registerLayers(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('layers')
    .description('list the layers and tables of a site')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .option('--json', 'print JSON')
    .action(async (folder, { json }) => {
      const server = await context.loadServer();
      const site = await server.openSite(folderUrl(folder, context.workingFolder));
      try {
        const layers = await server.describeLayers(site, null);
        if (json === true) printJson(terminal, layers);
        else printTable(layers, context);
      } finally {
        await site.close();
      }
    });
}

function printTable(layers: readonly ListedLayer[], { terminal }: CommandContext): void {
  const header = ['id', 'kind', 'CRS', 'features', 'title'];
  const rows = layers.map(({ id, kind, title, crs, featureCount, cropLayer, unavailable }) => [
    String(id),
    kind,
    crs ?? '-',
    featureCount === null ? '-' : String(featureCount),
    `${title}${cropLayer ? ' (crop layer)' : ''}${unavailable === null ? '' : ` (unavailable: ${unavailable})`}`,
  ]);
  for (const line of formatTable([header, ...rows])) terminal.print(line);
}
