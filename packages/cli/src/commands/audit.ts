import { type Command, Option } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { folderUrl } from '../options/folder-url.ts';
import { addId, addText } from '../options/parse-list.ts';
import { formatCsvRow } from '../output/format-csv-row.ts';
import type { AuditLine } from '../server-port.ts';

const columns = [
  'id',
  'at',
  'action',
  'token_id',
  'token_name',
  'request_id',
  'remote_address',
  'export_id',
  'subject_token_id',
  'items',
  'bbox',
  'crs',
  'formats',
  'bytes',
  'detail',
] as const;

/** `outcrop audit`: who exported what, as CSV or JSON lines, oldest first. */
export function registerAudit(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('audit')
    .description('print who exported what from a site, oldest first')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .option('--since <time>', 'from this date or time on')
    .option('--until <time>', 'before this date or time')
    .option('--action <action>', 'only this, such as export-downloaded; repeat for several', addText)
    .option('--token <id>', 'only by this key; repeat for several, 0 is whoever sent none', addId)
    .option('--export <id>', 'only about this export; repeat for several', addId)
    .option('--item <reference>', 'only about this layer or table, such as layers/3/', addText)
    .addOption(
      new Option('--format <format>', 'how to print it')
        .choices(['csv', 'jsonl'] as const)
        .default('csv' as const),
    )
    .action(async (folder, { since, until, action, token, export: exportIds, item, format }) => {
      const server = await context.loadServer();
      const lines = server.readAuditLog({
        folder: folderUrl(folder, context.workingFolder),
        ...(since === undefined ? {} : { since }),
        ...(until === undefined ? {} : { until }),
        ...(action === undefined ? {} : { actions: action }),
        ...(token === undefined ? {} : { tokenIds: token }),
        ...(exportIds === undefined ? {} : { exportIds }),
        ...(item === undefined ? {} : { items: item }),
      });
      if (format === 'csv') terminal.print(formatCsvRow(columns));
      for await (const line of lines) {
        terminal.print(format === 'csv' ? csvRow(line) : JSON.stringify(line));
      }
    });
}

function csvRow(line: AuditLine): string {
  return formatCsvRow(columns.map((column) => cellOf(line[column])));
}

function cellOf(value: AuditLine[keyof AuditLine]): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
