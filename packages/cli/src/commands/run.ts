import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import type { Command } from '@commander-js/extra-typings';
import type { ExportCheck, ExportPlan, RunResult, WorkerTeam } from '@outcrop/engine';

import type { CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { folderUrl } from '../options/folder-url.ts';
import { parseWorkers } from '../options/parse-workers.ts';
import { readJsonFile } from '../options/read-json-file.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { printJson } from '../output/print-json.ts';
import { createProgress } from '../output/progress-display.ts';

interface RunArguments {
  readonly requestFile: string;
  readonly site: string;
  readonly output: string;
  readonly force: boolean;
  readonly workers?: number | undefined;
  readonly json: boolean;
}

/** `outcrop run`: makes an archive of a request, without a server. */
export function registerRun(program: Command, context: CommandContext): void {
  program
    .command('run')
    .description('make the archive of a request, without a server')
    .argument('<request>', 'JSON file: the body of a create; items may be relative, such as layers/3')
    .requiredOption('--site <folder>', 'folder with an outcrop.yaml')
    .requiredOption('--output <file>', 'zip file to write')
    .option('--force', 'replace the output where it exists', false)
    .option('--workers <n>', 'threads that convert; as many as there are cores if not given', parseWorkers)
    .option('--json', 'print JSON', false)
    .action((requestFile, options) => run({ requestFile, ...options }, context));
}

async function run(options: RunArguments, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const archivePath = resolve(context.workingFolder, options.output);
  await checkOutput(archivePath, options.force);
  const body = await readJsonFile(options.requestFile, {
    workingFolder: context.workingFolder,
    what: 'the request',
  });
  const [engine, sites] = await Promise.all([context.loadEngine(), context.loadSite()]);
  const site = await sites.openSite(folderUrl(options.site, context.workingFolder));
  await using _open = { [Symbol.asyncDispose]: async () => site.close() };
  const resolved = await sites.resolveRequest(site, body, { baseUrl: null, maxVertices: null });
  if ('errors' in resolved) throw malformed(options.requestFile, resolved.errors);
  // Started before the check, as they are ready when it is over.
  await using team = engine.startWorkers(resolved.request, options.workers);
  const check = await sites.checkRequest(site, resolved.request);
  const workers = team ?? options.workers;
  const prepared = { archivePath, silent: options.json, workers, regions: check.regions };
  const result = await runPlan(checkedPlan(check), prepared, context);
  for (const warning of check.warnings) terminal.note(`note: ${warning}`);
  if (options.json) {
    const { bytes, sha256, report } = result;
    printJson(terminal, {
      path: archivePath,
      name: check.name,
      bytes,
      sha256,
      warnings: check.warnings,
      report,
    });
  } else {
    terminal.print(`${archivePath}: ${formatBytes(result.bytes)}, SHA-256 ${result.sha256}`);
  }
}

async function checkOutput(archivePath: string, force: boolean): Promise<void> {
  const folder = await stat(dirname(archivePath)).catch(() => null);
  if (folder === null || !folder.isDirectory()) {
    throw new CommandFailure([
      `The folder ${dirname(archivePath)} does not exist; create it, or name another output`,
    ]);
  }
  const existing = await stat(archivePath).catch(() => null);
  if (existing?.isDirectory() === true)
    throw new CommandFailure([`${archivePath} is a folder; name a zip file`]);
  if (existing !== null && !force) {
    throw new CommandFailure([
      `${archivePath} is already there; remove it, name another output, or use --force`,
    ]);
  }
}

function malformed(file: string, errors: Record<string, string[]>): CommandFailure {
  const lines = Object.entries(errors).flatMap(([field, details]) =>
    details.map((detail) => `  ${field}: ${detail}`),
  );
  return new CommandFailure([`${file} cannot be run:`, ...lines]);
}

function checkedPlan(check: ExportCheck): ExportPlan {
  if (check.isValid && check.plan !== null) return check.plan;
  const whole = check.reasons.map(({ code, detail }) => `  export: ${code}: ${detail}`);
  const items = check.items.flatMap(({ item, reasons }) =>
    reasons.map(({ code, detail }) => `  ${item}: ${code}: ${detail}`),
  );
  throw new CommandFailure(['The export is refused:', ...whole, ...items]);
}

/** Where a run writes, and what is ready for it. */
interface PreparedRun {
  readonly archivePath: string;
  readonly silent: boolean;
  /** Threads that are ready, or how many to start. */
  readonly workers: WorkerTeam | number | undefined;
  readonly regions: ExportCheck['regions'];
}

async function runPlan(
  checked: ExportPlan,
  { archivePath, silent, workers, regions }: PreparedRun,
  context: CommandContext,
): Promise<RunResult> {
  const engine = await context.loadEngine();
  const signal = context.interruption();
  // Beside the archive, because that is where there must be room for it anyway.
  const workFolder = join(dirname(archivePath), `.${basename(archivePath)}.${process.pid}.work`);
  await mkdir(workFolder, { recursive: true });
  const progress = await createProgress(context.terminal, { silent });
  try {
    const result = await engine.runExport(checked, {
      archivePath,
      workFolder,
      ...(workers !== undefined && { workers }),
      regions,
      signal,
      onProgress: ({ fraction, stage }) => progress.update(fraction, stage),
    });
    progress.update(1, 'the archive is complete');
    return result;
  } finally {
    progress.stop();
  }
}
