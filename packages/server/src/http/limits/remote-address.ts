import { BlockList, isIP } from 'node:net';

/** Proxies whose `X-Forwarded-For` is believed: addresses and networks. */
export type TrustedProxies = Pick<BlockList, 'check'>;

/**
 * Reads a list such as `127.0.0.1, 10.0.0.0/8, fd00::/8`.
 *
 * @throws Error naming the entry that is neither an address nor a network.
 */
export function parseTrustedProxies(text: string): TrustedProxies {
  const list = new BlockList();
  for (const entry of text.split(',').map((one) => one.trim())) {
    if (entry !== '') addEntry(list, entry);
  }
  return list;
}

function addEntry(list: BlockList, entry: string): void {
  const [address = '', length, ...rest] = entry.split('/');
  const family = isIP(address);
  const bits = length === undefined ? (family === 4 ? 32 : 128) : Number(length);
  const isLength = length === undefined || (/^\d{1,3}$/.test(length) && bits <= (family === 4 ? 32 : 128));
  if (family === 0 || rest.length > 0 || !isLength) {
    throw new Error(`${JSON.stringify(entry)} is neither an address nor a network such as 10.0.0.0/8`);
  }
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Who asks, by address: the peer of the connection or, where that is a trusted proxy, the nearest of those that
 * `X-Forwarded-For` names that is none. Anything before that one is hearsay.
 */
export function remoteAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: TrustedProxies,
): string {
  let address = plain(peer ?? '');
  const named = (forwardedFor ?? '').split(',').map((one) => plain(one.trim()));
  while (isTrusted(address, trusted)) {
    const next = named.pop();
    if (next === undefined || isIP(next) === 0) break;
    address = next;
  }
  return address;
}

/** Addresses that one asker has: a network hands out IPv6 by 64 bits, so that anyone has more than could be counted. */
export function askerOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::');
  const [before, after] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''));
  const missing = address.includes('::') ? 8 - before!.length - after!.length : 0;
  const groups = [...before!, ...Array<string>(Math.max(missing, 0)).fill('0'), ...after!];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** Whether an address is one of the proxies. */
export function isTrusted(address: string, trusted: TrustedProxies): boolean {
  const family = isIP(address);
  return family !== 0 && trusted.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** An IPv4 address as such, where a socket for both families says `::ffff:192.0.2.1`; without the port that some proxies add. */
function plain(address: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
  return bare.replace(/^::ffff:(?=\d+\.)/i, '');
}
