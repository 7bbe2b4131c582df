import { readFileSync } from 'node:fs';

import { Command } from '@commander-js/extra-typings';

import type { CommandContext } from './command-context.ts';
import { registerBackup } from './commands/backup.ts';
import { registerAudit } from './commands/audit.ts';
import { registerExport } from './commands/export.ts';
import { registerExtend } from './commands/extend.ts';
import { registerFormats } from './commands/formats.ts';
import { registerImport } from './commands/import.ts';
import { registerInit } from './commands/init.ts';
import { registerLayers } from './commands/layers.ts';
import { registerLoginLink } from './commands/login-link.ts';
import { registerMigrate } from './commands/migrate.ts';
import { registerRestore } from './commands/restore.ts';
import { registerRun } from './commands/run.ts';
import { registerServe } from './commands/serve.ts';
import { registerToken } from './commands/token.ts';
import { registerVerify } from './commands/verify.ts';
import { registerWebhook } from './commands/webhook.ts';

/** The `outcrop` command with all its sub-commands. It throws instead of ending the process. */
export function createProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('outcrop')
    .description('an export site of a folder of geodata, and exports from it')
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    });
  registerInit(program, context);
  registerImport(program, context);
  registerServe(program, context);
  registerToken(program, context);
  registerLoginLink(program, context);
  registerMigrate(program, context);
  registerBackup(program, context);
  registerRestore(program, context);
  registerAudit(program, context);
  registerWebhook(program, context);
  registerFormats(program, context);
  registerExport(program, context);
  registerExtend(program, context);
  registerRun(program, context);
  registerLayers(program, context);
  registerVerify(program, context);
  return program;
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
