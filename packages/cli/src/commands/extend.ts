import type { Command } from '@commander-js/extra-typings';
import { parseSpan } from '@outcrop/contract';

import type { CommandContext } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { parseId } from '../options/parse-list.ts';
import { clientOptions, parseSite } from '../options/site-options.ts';
import { printJson } from '../output/print-json.ts';

/** `outcrop extend`: sets until when an export can be downloaded. */
export function registerExtend(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('extend')
    .description('keep an export of yours longer, or less long')
    .argument('<id>', 'number of the export', parseId)
    .requiredOption('--url <url>', 'address of the site', parseSite)
    .option('--key <key>', 'API key; better in the environment variable KOORDINATES_TOKEN')
    .option('--until <when>', 'when its archive goes: 12h, 30d, 4w from now, a date or a time', '7d')
    .option('--json', 'print JSON', false)
    .action(async (id, { url, key, until, json }) => {
      const end = readEnd(until, Date.now());
      const client = await context.connect(url, clientOptions(key));
      const extended = await client.exports.extend(id, end, { signal: context.interruption() });
      const { name, expiresAt } = extended;
      if (json)
        printJson(terminal, { id, url: extended.url, name, expires_at: expiresAt?.toISOString() ?? null });
      else
        terminal.print(
          `${name ?? `export ${id}`} can be downloaded until ${expiresAt?.toISOString() ?? 'it is removed'}`,
        );
    });
}

/** A time from now, or one that the site reads itself: it says what is wrong with it. */
function readEnd(written: string, now: number): Date | string {
  const span = parseSpan(written);
  if (span !== null) return new Date(now + span);
  if (/^\d{4}-\d{2}-\d{2}/.test(written)) return written;
  throw usageFailure(
    `${JSON.stringify(written)} is no time; write 12h, 30d, 4w, a date such as 2027-06-30, or a time`,
  );
}
