import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { anExport } from '../node/testing/an-export.ts';
import { localClient } from '../node/testing/local-client.ts';

const totalBytes = 96 * 1024 * 1024;
const piece = Buffer.alloc(64 * 1024);

/** What the sockets of this machine may hold, and two chunks; far less than what is sent. */
const roomBytes = 24 * 1024 * 1024;

test('a slow sink slows the site down: what is on its way stays bounded', { timeout: 60_000 }, async () => {
  let sent = 0;
  const server = createServer((request, response) => {
    if (!request.url?.endsWith('/download/')) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(anExport({ state: 'complete' })));
      return;
    }
    response.writeHead(200, { 'content-length': totalBytes });
    const send = (): void => {
      while (sent < totalBytes) {
        sent += piece.length;
        if (!response.write(piece)) {
          response.once('drain', send);
          return;
        }
      }
      response.end();
    };
    send();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

  let taken = 0;
  let mostOnItsWay = 0;
  const slow = new WritableStream<Uint8Array>({
    write: async (chunk) => {
      taken += chunk.byteLength;
      mostOnItsWay = Math.max(mostOnItsWay, sent - taken);
      // Slower than the loopback by an order of magnitude: without back-pressure nearly all would pile up here.
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
  });
  const done = await localClient(url).exports.get(9);
  await done.download(slow, { verify: false });

  expect(taken).toBe(totalBytes);
  expect(mostOnItsWay).toBeLessThan(roomBytes);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
