import { BlockList, isIP } from 'node:net';

import type { RequestContext } from './app-parts.ts';

/** Proxies by address or range: `10.0.0.0/8`, `127.0.0.1`, `fd00::/8`. @throws Error naming the one that is neither. */
export function trustProxies(addresses: readonly string[]): BlockList {
  const trusted = new BlockList();
  for (const written of addresses) {
    const [address = '', prefix, ...rest] = written.split('/');
    const family = familyOf(address);
    const bits = prefix === undefined ? null : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (family === null || rest.length > 0 || Number.isNaN(bits) || bits === 0 || (bits ?? 0) > (family === 'ipv4' ? 32 : 128)) {
      throw new Error(`${JSON.stringify(written)} is no address and no range such as 10.0.0.0/8`);
    }
    if (bits === null) trusted.addAddress(address, family);
    else trusted.addSubnet(address, bits, family);
  }
  return trusted;
}

/**
 * Where a request comes from, as far as can be trusted: the socket's other end, unless that is a proxy of ours; then
 * the last address in `X-Forwarded-For` that is none. Whatever stands before it, anyone could have written. Null in process.
 */
export function remoteAddress(context: RequestContext, trusted: BlockList): string | null {
  const hops = (context.req.header('X-Forwarded-For') ?? '').split(',').map((hop) => asAddress(hop.trim()));
  let address = asAddress(socketAddress(context));
  for (const hop of hops.toReversed()) {
    if (address === null || hop === null || !isTrusted(address, trusted)) break;
    address = hop;
  }
  return address;
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const family = familyOf(address);
  return family !== null && trusted.check(address, family);
}

/** What the HTTP server gives with a request; nothing in process. */
function socketAddress(context: RequestContext): string {
  const { env } = context as { env: { incoming?: { socket?: { remoteAddress?: string } } } | undefined };
  return env?.incoming?.socket?.remoteAddress ?? '';
}

/** An address without port and brackets, an IPv4 one that is written as IPv6 as IPv4; null where it is none. */
function asAddress(text: string): string | null {
  const bare = text.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
  const address = bare.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return isIP(address) === 0 ? null : address;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  return version === 0 ? null : version === 4 ? 'ipv4' : 'ipv6';
}
