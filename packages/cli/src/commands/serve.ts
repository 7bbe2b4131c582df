import type { Command } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { folderUrl } from '../options/folder-url.ts';
import { isLoopbackHost } from '../options/is-loopback-host.ts';
import { parsePort } from '../options/parse-port.ts';
import { parseUrl } from '../options/parse-url.ts';

/** `outcrop serve`, `outcrop api` and `outcrop worker`: a site, whole or in parts, until it is stopped. */
export function registerServe(program: Command, context: CommandContext): void {
  addListening(program.command('serve'), context, 'startSite').description(
    'serve a site over HTTP and do its exports, until stopped with Ctrl-C',
  );
  addListening(program.command('api'), context, 'startApiProcess').description(
    'serve a site over HTTP, while `outcrop worker` does its exports; needs DATABASE_URL',
  );
  program
    .command('worker')
    .description('do the exports of a site that `outcrop api` serves; needs DATABASE_URL')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .option('--json', 'print JSON')
    .action(async (folder, { json }) => {
      const signal = context.interruption();
      const server = await context.loadServer();
      const worker = await server.startWorkerProcess({ folder: folderUrl(folder, context.workingFolder) });
      context.terminal.print(json === true ? JSON.stringify({ working: true }) : 'Working');
      await aborted(signal);
      await worker.close();
    });
}

function addListening(
  command: Command,
  { terminal, interruption, loadServer, workingFolder }: CommandContext,
  start: 'startSite' | 'startApiProcess',
): Command {
  command
    .argument('<folder>', 'folder with an outcrop.yaml')
    .option('--port <port>', 'TCP port; 0 lets the system choose', parsePort, 8080)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option(
      '--public-url <url>',
      'address that the site is known by, where it stands behind a proxy',
      parseUrl,
    )
    .option('--anonymous', 'let anyone on this machine export without a key', false)
    .option('--json', 'print JSON')
    .action(async (folder, { port, host, publicUrl, anonymous, json }) => {
      if (anonymous && !isLoopbackHost(host)) {
        throw usageFailure(
          `--anonymous would let anyone who reaches ${host} export without a key; listen on 127.0.0.1, or create tokens`,
        );
      }
      const signal = interruption();
      const server = await loadServer();
      const site = await server[start]({
        folder: folderUrl(folder, workingFolder),
        port,
        host,
        publicUrl: publicUrl ?? null,
        anonymous,
      });
      if (json === true) terminal.print(JSON.stringify({ url: site.url.href }));
      else terminal.print(`Serving at ${site.url.href}`);
      await aborted(signal);
      await site.close();
    });
  return command;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
