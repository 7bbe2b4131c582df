import { connect, type Socket } from 'node:net';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { deferred } from '../testing/deferred.ts';
import { type HttpServer, listen } from './listen.ts';

let server: HttpServer;
let asked: ReturnType<typeof deferred<void>>;
let answer: ReturnType<typeof deferred<Response>>;

beforeEach(async () => {
  asked = deferred<void>();
  answer = deferred<Response>();
  server = await listen('127.0.0.1', 0);
  server.answerWith(() => {
    asked.resolve(undefined);
    return answer.promise;
  });
});

afterEach(() => server.close());

/** A connection that is kept alive, as a browser's is; resolves with all that came when the other side closes it. */
function open(): { socket: Socket; end: Promise<string> } {
  const socket = connect(Number(server.url.port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.on('error', () => undefined);
  return { socket, end: new Promise((resolve) => socket.once('close', () => resolve(text))) };
}

const request = `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n`;

test('a request in flight is answered after the server has stopped listening, and then its connection ends', async () => {
  const { socket, end } = open();
  socket.write(request);
  await asked.promise;
  const closed = server.close(60_000);
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  answer.resolve(new Response('the answer'));
  expect(await end).toMatch(/^HTTP\/1\.1 200[^]*the answer$/);
  await closed;
});

test('a connection that nothing is asked on does not hold the end up', async () => {
  const { socket, end } = open();
  await new Promise((resolve) => socket.once('connect', resolve));
  await server.close(60_000);
  expect(await end).toBe('');
});

test('a request that is not answered in its time is cut off', async () => {
  const { socket, end } = open();
  socket.write(request);
  await asked.promise;
  await server.close(1);
  expect(await end).toBe('');
});
