import { resolve } from 'node:path';

import type { Command } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { formatTable } from '../output/format-table.ts';
import { printJson } from '../output/print-json.ts';

/** `outcrop verify`: checks that an archive is whole and unaltered. */
export function registerVerify(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('verify')
    .description('check an archive: zip integrity, and digests against its manifest.json')
    .argument('<archive>', 'zip file of an export')
    .option('--json', 'print JSON')
    .action(async (archive, { json }) => {
      const engine = await context.loadEngine();
      const path = resolve(context.workingFolder, archive);
      const { ok, members, problems } = await engine.verifyArchive(path, { signal: context.interruption() });
      if (json === true) {
        printJson(terminal, { ok, members, problems });
      } else {
        const rows = members.map((member) => [
          member.ok ? 'ok' : 'BAD',
          member.path,
          member.ok ? formatBytes(member.bytes) : (member.problem ?? 'not as the manifest says'),
        ]);
        for (const line of formatTable(rows)) terminal.print(line);
      }
      if (ok) return;
      const bad = members.filter((member) => !member.ok).length;
      const details =
        problems.length > 0
          ? problems.join('; ')
          : `${bad} of ${members.length} members are not as they should be`;
      throw new CommandFailure([`${path} is not a good archive: ${details}`]);
    });
}
