import { createServer } from 'node:net';
import type { AddressInfo, LookupFunction } from 'node:net';

import { expect, test } from 'vitest';

import { loopbackCertificate } from '../testing/loopback-certificate.ts';
import { startWebhookReceiver, withStatus } from '../testing/webhook-receiver.ts';
import { guardedLookup, type Resolve } from './guarded-lookup.ts';
import { postWebhook } from './post-webhook.ts';
import { ForbiddenAddress } from './webhook-address.ts';

const headers = { 'content-type': 'application/json', 'webhook-id': 'one' };
const body = '{"id":1}';
const allowedHosts = ['127.0.0.1'];

test('posts over plain HTTP to a host that the operator has named, and sends nothing of the site', async () => {
  await using receiver = await startWebhookReceiver();
  expect(await postWebhook({ url: receiver.url, headers, body }, { allowedHosts })).toBe(204);
  expect(receiver.received).toEqual([
    {
      path: '/hook',
      body,
      headers: {
        ...headers,
        host: receiver.url.host,
        'content-length': '8',
        connection: 'close',
      },
    },
  ]);
});

test('posts over HTTPS, to receivers that it trusts only', async () => {
  await using receiver = await startWebhookReceiver({ isSecure: true });
  const post = { url: receiver.url, headers, body };
  const { cert: certificateAuthority } = loopbackCertificate;
  expect(await postWebhook(post, { allowedHosts, certificateAuthority })).toBe(204);
  await expect(postWebhook(post, { allowedHosts })).rejects.toThrow(/self-signed/);
  expect(receiver.received).toHaveLength(1);
});

test('does not follow a redirect', async () => {
  await using inside = await startWebhookReceiver();
  await using receiver = await startWebhookReceiver();
  for (const status of [301, 302, 303, 307, 308]) {
    receiver.answer = withStatus(status, { location: inside.url.href });
    expect(await postWebhook({ url: receiver.url, headers, body }, { allowedHosts })).toBe(status);
  }
  expect(inside.received).toEqual([]);
});

test('gives up on a receiver that does not answer, or does not end its answer', async () => {
  await using receiver = await startWebhookReceiver();
  const post = { url: receiver.url, headers, body };
  receiver.answer = () => undefined;
  await expect(postWebhook(post, { allowedHosts, timeoutMs: 100 })).rejects.toThrow('No answer within 0.1 s');
  receiver.answer = (response) => response.writeHead(200).write('a');
  await expect(postWebhook(post, { allowedHosts, timeoutMs: 100 })).rejects.toThrow('No answer within 0.1 s');
});

test('does not read an answer without end', async () => {
  await using receiver = await startWebhookReceiver();
  let written = 0;
  const closed = new Promise<void>((resolve) => {
    receiver.answer = (response) => {
      response.writeHead(200);
      const piece = Buffer.alloc(64 * 1024);
      const write = (): void => {
        written += piece.length;
        if (!response.destroyed) {
          response.write(piece, () => write());
        }
      };
      response.once('close', resolve);
      write();
    };
  });
  expect(await postWebhook({ url: receiver.url, headers, body }, { allowedHosts })).toBe(200);
  await closed;
  // What the sockets of this machine hold, and a few pieces.
  expect(written).toBeLessThan(32 * 1024 * 1024);
});

test('says what an answer that is no HTTP is', async () => {
  const server = createServer((socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await expect(postWebhook({ url, headers, body }, { allowedHosts })).rejects.toThrow(
    /Parse Error|hang up|reset/i,
  );
  await new Promise((resolve) => server.close(resolve));
});

/** A resolver that gives one answer after the other, and counts. */
function answering(...answers: string[][]): { resolve: Resolve; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    resolve(hostname, _, done) {
      const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(hostname);
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  };
}

test.each([
  ['127.0.0.1', ['127.0.0.1']],
  ['::1', ['::1']],
  ['a mapped loopback address', ['::ffff:127.0.0.1']],
  ['the metadata of a cloud', ['169.254.169.254']],
  ['a private address among public ones', ['8.8.8.8', '192.168.0.1']],
])('a name that resolves to %s is not connected to', async (_, addresses) => {
  await using receiver = await startWebhookReceiver({ isSecure: true });
  const url = new URL(`https://hooks.example:${receiver.port}/`);
  const { resolve } = answering(addresses);
  const { cert: certificateAuthority } = loopbackCertificate;
  const options = { allowedHosts: [], certificateAuthority, lookup: guardedLookup(resolve) };
  await expect(postWebhook({ url, headers, body }, options)).rejects.toThrow(ForbiddenAddress);
  await expect(postWebhook({ url, headers, body }, options)).rejects.toThrow(
    /hooks\.example leads into a private/,
  );
  expect(receiver.received).toEqual([]);
});

test('a name that changes its mind is asked once, and what it said then is what is connected to', async () => {
  await using receiver = await startWebhookReceiver({ isSecure: true });
  const { resolve, asked } = answering(['8.8.8.8'], ['127.0.0.1']);
  const checked: string[] = [];
  const lookup: LookupFunction = (hostname, options, callback) =>
    guardedLookup(resolve)(hostname, options, (error, found) => {
      checked.push(JSON.stringify(found));
      // Stands in for the connection to a public address, which no test makes.
      callback(error, [{ address: '127.0.0.1', family: 4 }]);
    });
  const url = new URL(`https://hooks.example:${receiver.port}/`);
  const { cert: certificateAuthority } = loopbackCertificate;
  expect(await postWebhook({ url, headers, body }, { allowedHosts: [], certificateAuthority, lookup })).toBe(
    204,
  );
  expect(asked).toEqual(['hooks.example']);
  expect(checked).toEqual([JSON.stringify([{ address: '8.8.8.8', family: 4 }])]);
  expect(receiver.received).toHaveLength(1);
});

test('the real resolver is guarded as well', async () => {
  await using receiver = await startWebhookReceiver({ isSecure: true });
  for (const host of ['localhost', '127.0.0.1', '2130706433', '[::ffff:127.0.0.1]', '[::1]']) {
    const url = new URL(`https://${host}:${receiver.port}/`);
    await expect(postWebhook({ url, headers, body }, { allowedHosts: [] })).rejects.toThrow(ForbiddenAddress);
  }
  expect(receiver.received).toEqual([]);
});
