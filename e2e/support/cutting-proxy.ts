/// <reference lib="esnext.disposable" />

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy on this machine that breaks connections. */
export interface CuttingProxy extends AsyncDisposable {
  readonly url: string;
  /** Where it leads: a free port, for the site to listen on. */
  readonly target: URL;
  /** How many downloads it has broken. */
  readonly cuts: number;
}

/** Starts a proxy that breaks the first downloads, each after so many bytes, and lets everything else through. */
export async function startCuttingProxy(plan: { cuts: number; afterBytes: number }): Promise<CuttingProxy> {
  const target = await freeAddress();
  const sockets = new Set<Socket>();
  let cuts = 0;
  const mayCut = (): boolean => cuts < plan.cuts && (cuts += 1) > 0;
  const server = createServer((client) => {
    const site = connect(Number(target.port), target.hostname);
    for (const socket of [client, site]) sockets.add(socket);
    relay({ client, site, afterBytes: plan.afterBytes, mayCut });
  });
  const url = await listen(server);
  return {
    url: url.origin,
    target,
    get cuts() {
      return cuts;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** One connection, bytes as they come; a download on it is cut where that is still allowed. */
function relay(parts: { client: Socket; site: Socket; afterBytes: number; mayCut: () => boolean }): void {
  const { client, site, afterBytes, mayCut } = parts;
  let isDownload = false;
  let bytes = 0;
  for (const socket of [client, site]) {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      client.destroy();
      site.destroy();
    });
  }
  client.on('data', (chunk: Buffer) => {
    isDownload ||= chunk.includes('/download/');
    site.write(chunk);
  });
  site.on('data', (chunk: Buffer) => {
    const room = isDownload ? afterBytes - bytes : Number.POSITIVE_INFINITY;
    bytes += isDownload ? chunk.length : 0;
    if (chunk.length > room && room > 0 && mayCut()) client.end(chunk.subarray(0, room));
    else if (!client.writableEnded) client.write(chunk);
  });
}

async function freeAddress(): Promise<URL> {
  const server = createServer();
  const url = await listen(server);
  server.close();
  await once(server, 'close');
  return url;
}

async function listen(server: Server): Promise<URL> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
