import type { Command } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { folderUrl } from '../options/folder-url.ts';
import { isLoopbackHost } from '../options/is-loopback-host.ts';
import { parsePort } from '../options/parse-port.ts';
import { parseUrl } from '../options/parse-url.ts';

/** `outcrop serve`: serves a site until it is stopped. */
export function registerServe(program: Command, context: CommandContext): void {
  const { terminal, signal } = context;
  program
    .command('serve')
    .description('serve a site over HTTP until stopped with Ctrl-C')
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
      const server = await context.loadServer();
      const site = await server.startSite({
        folder: folderUrl(folder, context.workingFolder),
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
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
