import { describe, expect, test } from 'vitest';

import { askerOf, parseTrustedProxies, remoteAddress } from './remote-address.ts';

const trusted = parseTrustedProxies('127.0.0.1, 10.0.0.0/8, fd00::/8');

describe('the address that asks', () => {
  test.each([
    [
      'the peer, whatever the header says, where no proxy is trusted',
      '192.0.2.1',
      '203.0.113.9',
      '192.0.2.1',
    ],
    ['the one that a trusted proxy names', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['the nearest that is no trusted proxy', '127.0.0.1', '6.6.6.6, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['the proxy where all are trusted', '127.0.0.1', '10.0.0.1', '10.0.0.1'],
    ['the proxy where it names nobody', '127.0.0.1', undefined, '127.0.0.1'],
    ['the proxy where what it names is no address', '127.0.0.1', 'unknown', '127.0.0.1'],
    ['an IPv4 address that came by a socket for both', '::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['an address without its port', '127.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['an IPv6 address without brackets and port', 'fd00::1', '[2001:db8::1]:443', '2001:db8::1'],
    ['none where there is no connection', undefined, '203.0.113.9', ''],
  ])('is %s', (_, peer, forwardedFor, expected) => {
    const proxies = expected === peer && peer === '192.0.2.1' ? parseTrustedProxies('') : trusted;
    expect(remoteAddress(peer, forwardedFor, proxies)).toBe(expected);
  });

  test.each(['10.0.0.0/33', 'proxy.example', '10.0.0.1/8/8', '::/129', '10.0.0.0/x'])(
    'cannot come from a proxy written as %s',
    (entry) => expect(() => parseTrustedProxies(entry)).toThrow(JSON.stringify(entry)),
  );

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['2001:db8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ])('counts %s as %s', (address, asker) => expect(askerOf(address)).toBe(asker));
});
