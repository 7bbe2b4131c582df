import { expect, test } from 'vitest';

import { isPublicAddress, webhookProblem } from './webhook-address.ts';

test.each([
  ['0.0.0.0', 'this machine'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'carrier'],
  ['100.100.100.200', 'metadata of Alibaba'],
  ['169.254.169.254', 'metadata of AWS, Google and Azure'],
  ['168.63.129.16', 'metadata of Azure'],
  ['192.0.0.192', 'metadata of Oracle'],
  ['198.18.0.1', 'benchmarks'],
  ['192.0.2.1', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['240.0.0.1', 'reserved'],
  ['::', 'this machine'],
  ['::1', 'loopback'],
  ['fe80::1', 'link-local'],
  ['fc00::1', 'private'],
  ['fd00:ec2::254', 'metadata of AWS'],
  ['fec0::1', 'private, of old'],
  ['ff02::1', 'multicast'],
  ['::ffff:127.0.0.1', 'mapped loopback'],
  ['::ffff:10.0.0.1', 'mapped private'],
  ['::ffff:8.8.8.8', 'mapped, which no name resolves to'],
  ['::127.0.0.1', 'loopback as IPv4-compatible'],
  ['64:ff9b::7f00:1', 'loopback behind NAT64'],
  ['64:ff9b:1::7f00:1', 'loopback behind local NAT64'],
  ['2002:7f00:1::', 'loopback behind 6to4'],
  ['2001:0:7f00:1::', 'Teredo'],
  ['2001:db8::1', 'documentation'],
  ['fe80::1%eth0', 'link-local with its zone'],
  ['', 'nothing'],
  ['example.com', 'a name'],
])('%s is not public: %s', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::200e'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ['https://example.com/hook', null],
  ['https://example.com:8443/hook?key=1', null],
  ['https://8.8.8.8/', null],
  ['http://example.com/hook', /https/],
  ['ftp://example.com/', /must be an address/],
  ['file:///etc/passwd', /must be an address/],
  ['/hook', /must be an address/],
  ['', /must be an address/],
  ['https://user:secret@example.com/', /must not hold a user name/],
  ['https://127.0.0.1/', /private network \(127\.0\.0\.1\)/],
  ['https://127.1/', /private network/],
  ['https://2130706433/', /private network/],
  ['https://0x7f000001/', /private network/],
  ['https://0177.0.0.1/', /private network/],
  ['https://[::1]/', /private network/],
  ['https://[::ffff:169.254.169.254]/', /private network/],
  ['https://169.254.169.254/latest/meta-data/', /private network/],
])('%s as a webhook: %s', (address, problem) => {
  const found = webhookProblem(address, []);
  if (problem === null) {
    expect(found).toBeNull();
  } else {
    expect(found).toMatch(problem);
  }
});

test('a host that the operator has named may be anything, on its port where it names one', () => {
  const allowed = ['hooks.intranet', '127.0.0.1:8080', '[::1]'];
  expect(webhookProblem('http://hooks.intranet/hook', allowed)).toBeNull();
  expect(webhookProblem('http://127.0.0.1:8080/', allowed)).toBeNull();
  expect(webhookProblem('http://[::1]:9/', allowed)).toBeNull();
  expect(webhookProblem('http://127.0.0.1:8081/', allowed)).toMatch(/https/);
  expect(webhookProblem('http://hooks.intranet.example.com/', allowed)).toMatch(/https/);
  expect(webhookProblem('http://user:secret@hooks.intranet/', allowed)).toMatch(/user name/);
});
