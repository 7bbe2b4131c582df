import type { Command } from '@commander-js/extra-typings';
import { findFormat } from '@outcrop/contract';

import type { CommandContext } from '../command-context.ts';
import { clientOptions, parseSite } from '../options/site-options.ts';
import { formatTable } from '../output/format-table.ts';
import { printJson } from '../output/print-json.ts';

/** `outcrop formats`: lists what a site can produce. */
export function registerFormats(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('formats')
    .description('list the formats that a site can produce')
    .option('--url <url>', 'address of the site', parseSite, 'http://127.0.0.1:8080')
    .option('--key <key>', 'API key; better in the environment variable KOORDINATES_TOKEN')
    .option('--json', 'print JSON')
    .action(async ({ url, key, json }) => {
      const client = await context.connect(url, clientOptions(key));
      const formats = await client.exports.getFormats({ signal: context.interruption() });
      if (json === true) {
        printJson(terminal, formats);
        return;
      }
      const rows = Object.entries(formats).flatMap(([kind, labels]) =>
        Object.entries(labels).map(([mimetype, label]) => [
          kind,
          findFormat(mimetype)?.shortCode.toLowerCase() ?? '',
          label,
          mimetype,
        ]),
      );
      for (const line of formatTable(rows)) terminal.print(line);
    });
}
