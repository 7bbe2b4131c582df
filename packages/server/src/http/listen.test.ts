import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { streamOfFile } from '../storage/file-stream.ts';
import type { ByteRange } from '../storage/object-store.ts';
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
function connectTo(): { socket: Socket; end: Promise<string> } {
  const socket = connect(Number(server.url.port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.on('error', () => undefined);
  return { socket, end: new Promise((resolve) => socket.once('close', () => resolve(text))) };
}

const request = `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n`;

test('a request in flight is answered after the server has stopped listening, and then its connection ends', async () => {
  const { socket, end } = connectTo();
  socket.write(request);
  await asked.promise;
  const closed = server.close(60_000);
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  answer.resolve(new Response('the answer'));
  expect(await end).toMatch(/^HTTP\/1\.1 200[^]*the answer$/);
  await closed;
});

test('a connection that nothing is asked on does not hold the end up', async () => {
  const { socket, end } = connectTo();
  await new Promise((resolve) => socket.once('connect', resolve));
  await server.close(60_000);
  expect(await end).toBe('');
});

test('a request that is not answered in its time is cut off', async () => {
  const { socket, end } = connectTo();
  socket.write(request);
  await asked.promise;
  await server.close(1);
  expect(await end).toBe('');
});

describe('an answer that is a file', () => {
  let folder: string;
  const bytes = randomBytes(1_500_000);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outcrop-listen-'));
    await writeFile(join(folder, 'archive.zip'), bytes);
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function answerFile(range: ByteRange, length = range.end + 1 - range.start): Promise<FileHandle> {
    const handle = await open(join(folder, 'archive.zip'));
    const headers = { 'Content-Length': String(length), 'X-Of': 'the answer' };
    answer.resolve(new Response(streamOfFile({ handle, range }), { status: 206, headers }));
    return handle;
  }

  test.each([
    { start: 0, end: bytes.length - 1 },
    { start: 1_000_001, end: 1_000_001 },
    { start: 262_143, end: 786_432 },
  ])('comes whole, with its head, from $start to $end', async (range) => {
    const handle = await answerFile(range);
    const response = await fetch(server.url);
    expect([response.status, response.headers.get('X-Of')]).toEqual([206, 'the answer']);
    const body = Buffer.from(await response.arrayBuffer());
    expect(body.equals(bytes.subarray(range.start, range.end + 1))).toBe(true);
    await vi.waitFor(() => expect(handle.fd).toBe(-1));
  });

  test('is closed where nobody takes the rest of it', async () => {
    const handle = await answerFile({ start: 0, end: bytes.length - 1 });
    const { socket } = connectTo();
    socket.pause().write(request);
    await asked.promise;
    socket.resume().once('data', () => socket.destroy());
    await vi.waitFor(() => expect(handle.fd).toBe(-1));
  });

  test('is cut off where the file is shorter than it was', async () => {
    await answerFile({ start: 0, end: bytes.length + 9 });
    const response = await fetch(server.url);
    await expect(response.arrayBuffer()).rejects.toThrow('terminated');
  });
});
