import { readdirSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { fileObjectStore } from '../storage/file-object-store.ts';
import { type HttpServer, listen } from './listen.ts';
import { socketLimits } from './socket-limits.ts';

const short = {
  ...socketLimits,
  headersMs: 400,
  requestMs: 800,
  idleMs: 300,
  stalledMs: 500,
  connections: 5,
};

let server: HttpServer;
let sockets: Socket[];

beforeEach(async () => {
  sockets = [];
  server = await listen('127.0.0.1', 0, short);
  server.answerWith(async (request) => {
    if (request.method === 'POST') await request.text();
    return new Response('answered');
  });
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
});

/** A connection, what it has received, and when it is over. */
function dial(): { socket: Socket; received: () => string; closed: Promise<void> } {
  const socket = connect(Number(server.url.port), '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString('latin1')));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  return { socket, received: () => text, closed };
}

const drip = (socket: Socket, bytes: string): NodeJS.Timeout =>
  setInterval(() => socket.writable && socket.write(bytes), 50).unref();

describe('a connection', () => {
  test.each([
    ['headers arrive too slowly', 'GET / HTTP/1.1\r\nHost: a\r\n', 'x: y\r\n', '408 Request Timeout'],
    [
      'body arrives too slowly',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n',
      'x',
      '408 Request Timeout',
    ],
  ])('whose %s is told so and ended', async (_, head, piece, status) => {
    const { socket, received, closed } = dial();
    socket.write(head);
    const timer = drip(socket, piece);
    await closed;
    clearInterval(timer);
    expect(received()).toContain(`HTTP/1.1 ${status}`);
    expect(received()).toContain('X-Content-Type-Options: nosniff');
  });

  test('that sends nothing at all is ended', async () => {
    const { received, closed } = dial();
    await closed;
    expect(received()).not.toContain('200');
  });

  test('that asks nothing more is ended after an answer', async () => {
    const { socket, received, closed } = dial();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await closed;
    expect(received()).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*answered$/);
  });

  test.each([
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['an address that is too large', `GET /${'y'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
    ['something else than HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a length that is none', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n', 400],
    [
      'two lengths, to smuggle a request',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x',
      400,
    ],
    ['a bare line feed in a header', 'GET / HTTP/1.1\r\nHost: a\r\nx: a\nb\r\n\r\n', 400],
    ['a host that cannot be one', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ])('with %s is refused and ended', async (_, bytes, status) => {
    const { socket, received, closed } = dial();
    socket.write(bytes, 'latin1');
    await closed;
    expect(received()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  test('waits as long as an answer takes to be made', async () => {
    server.answerWith(async () => {
      await new Promise((resolve) => setTimeout(resolve, short.stalledMs * 3));
      return new Response('at last');
    });
    expect(await (await fetch(server.url)).text()).toBe('at last');
  });

  test('beyond the largest number is not taken, and is again when others have ended', async () => {
    const many = Array.from({ length: 8 }, dial);
    await Promise.race(many.slice(5).map(({ closed }) => closed));
    for (const { socket } of many) socket.destroy();
    await Promise.all(many.map(({ closed }) => closed));
    expect(await (await fetch(server.url)).text()).toBe('answered');
  });
});

describe('an address', () => {
  test('has so many connections, and gets others when those have ended; some may have more', async () => {
    const greedy = '127.0.0.2';
    const strict = await listen('0.0.0.0', 0, {
      ...socketLimits,
      connectionsPerAddress: 3,
      isExempt: (address) => address === '127.0.0.1',
    });
    strict.answerWith(async () => new Response('answered'));
    const port = Number(strict.url.port);
    const dialFrom = (localAddress: string): Promise<Socket | null> =>
      new Promise((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', localAddress });
        sockets.push(socket);
        socket.on('error', () => undefined).once('close', () => resolve(null));
        socket.once('data', () => resolve(socket));
        socket.once('connect', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
      });
    const taken = (await Promise.all(Array.from({ length: 8 }, () => dialFrom(greedy)))).filter(
      (socket) => socket !== null,
    );
    expect(taken).toHaveLength(3);
    expect(await dialFrom('127.0.0.3')).not.toBeNull();
    const exempt = await Promise.all(Array.from({ length: 8 }, () => dialFrom('127.0.0.1')));
    expect(exempt).not.toContain(null);
    taken[0]!.destroy();
    await expect.poll(() => dialFrom(greedy), { timeout: 10_000 }).not.toBeNull();
    await strict.close();
  });
});

describe('a client that stops reading', () => {
  const bytes = 300 * 1024 * 1024;
  const folder = pathToFileURL(`${join(tmpdir(), `outcrop-stalled-${process.pid}`)}/`);
  const openFiles = (): number => readdirSync('/proc/self/fd').length;

  test('of a large archive holds little memory, and after a while no file and no connection', async () => {
    const store = fileObjectStore(folder);
    await mkdir(new URL('a/', folder), { recursive: true });
    const file = await open(new URL('a/b', folder), 'w');
    await file.truncate(bytes);
    await file.close();
    server.answerWith(
      async () => new Response(await store.read('a/b'), { headers: { 'Content-Length': String(bytes) } }),
    );
    const before = { files: openFiles(), memory: process.memoryUsage().arrayBuffers };
    const stalled = Array.from({ length: 5 }, dial);
    for (const { socket } of stalled) {
      socket.pause();
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    }
    await new Promise((resolve) => setTimeout(resolve, short.stalledMs / 2));
    // What the system's own buffers took was read, and may not be collected yet.
    expect(process.memoryUsage().arrayBuffers - before.memory).toBeLessThan(bytes / 5);
    await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThanOrEqual(before.files + stalled.length);
    for (const { socket } of stalled) socket.resume();
    await Promise.all(stalled.map(({ closed }) => closed));
    await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThanOrEqual(before.files);
    expect(stalled.every(({ received }) => received().length < bytes)).toBe(true);
    await rm(folder, { recursive: true });
  });
});
