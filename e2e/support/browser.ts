/// <reference lib="esnext.disposable" />

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Starts the machine's Chromium with a profile of its own, which is empty. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = places.find((place) => existsSync(place));
  if (executablePath === undefined) throw new Error('there is no Chromium; scripts/setup installs it');
  return chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', ...quiet],
  });
}

/** A server on this machine, which is an origin of its own. */
export interface Origin extends AsyncDisposable {
  readonly url: string;
}

/** Starts a server on a free port. */
export async function startOrigin(listener: RequestListener): Promise<Origin> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const emptyPage = '<!doctype html><meta charset="utf-8"><script type="module" src="dist/page.js"></script>';

/** A page, on an origin of its own, that loads a program with the built client in it, bundled as a user would. */
export async function servePage(program: URL, html?: URL): Promise<Origin> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(program)],
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    outdir: '/dist',
    entryNames: 'page',
    write: false,
  });
  const files = new Map(outputFiles.map(({ path, text }) => [path, text]));
  files.set('/', html === undefined ? emptyPage : await readFile(html, 'utf8'));
  return startOrigin(({ url = '/' }, response) => {
    const text = files.get(url);
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': type }).end(text);
  });
}

/** Calls a function of the page's program. */
export async function callPage<Result>(page: Page, name: string, argument: unknown): Promise<Result> {
  return page.evaluate(`${name}(${JSON.stringify(argument)})`) as Promise<Result>;
}
