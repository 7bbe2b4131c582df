import { exitCodes } from './command-failure.ts';
import { runCommand } from './run-command.ts';

const controller = new AbortController();

/** The first signal lets the command end in order; the second does not wait for it. */
function interrupt(): void {
  if (controller.signal.aborted) process.exit(exitCodes.interrupted);
  controller.abort(new Error('interrupted'));
}

function interruption(): AbortSignal {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    if (!process.listeners(signal).includes(interrupt)) process.on(signal, interrupt);
  }
  return controller.signal;
}

// A reader that has seen enough, such as head, closes the pipe; that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCommand(process.argv.slice(2), {
  terminal: {
    print: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    barStream: process.stderr.isTTY ? process.stderr : null,
  },
  interruption,
  workingFolder: process.cwd(),
  connect: async (url, options) => new (await import('@outcrop/client')).Client(url, options),
  loadEngine: () => import('@outcrop/engine'),
  loadSite: () => import('@outcrop/server/site'),
  loadServer: () => import('@outcrop/server'),
});
