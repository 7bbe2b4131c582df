import { expect, test } from 'vitest';

import type { RequestContext } from './app-parts.ts';
import { remoteAddress, trustProxies } from './remote-address.ts';

const trusted = trustProxies(['10.0.0.0/8', '127.0.0.1', 'fd00::/8']);

function requestFrom(address: string | undefined, forwardedFor?: string): RequestContext {
  return {
    env: { incoming: { socket: { remoteAddress: address } } },
    req: { header: () => forwardedFor },
  } as unknown as RequestContext;
}

test.each([
  ['of the socket', '203.0.113.9', undefined, '203.0.113.9'],
  ['of the socket, whatever a stranger writes', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['that a proxy of ours writes', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['that the last of our proxies does not know', '10.0.0.1', '198.51.100.1, 203.0.113.9, 10.2.3.4', '203.0.113.9'],
  ['of our own machine', '127.0.0.1', undefined, '127.0.0.1'],
  ['of IPv4 as IPv6 writes it', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['with a port', 'fd00::1', '[2001:db8::7]:4711', '2001:db8::7'],
  ['of the proxy, where what it writes is no address', '10.0.0.1', 'unknown', '10.0.0.1'],
  ['of the proxy, where what it writes is an injection', '10.0.0.1', "1.2.3.4'; --", '10.0.0.1'],
  ['that all are proxies of ours', '10.0.0.1', '10.9.9.9', '10.9.9.9'],
])('the address is that %s', (_, socket, forwardedFor, address) => {
  expect(remoteAddress(requestFrom(socket, forwardedFor), trusted)).toBe(address);
});

test('in process there is none', () => {
  expect(remoteAddress(requestFrom(undefined, '203.0.113.9'), trusted)).toBeNull();
});

test.each(['10.0.0.0/33', '10.0.0.0/0', '10.0.0.0/x', 'proxy.example', '10.0.0.0/8/8', '::/129'])(
  '%s is no proxy to trust',
  (written) => {
    expect(() => trustProxies([written])).toThrow(JSON.stringify(written));
  },
);
