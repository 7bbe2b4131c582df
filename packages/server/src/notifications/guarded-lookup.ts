import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

import { ForbiddenAddress, isPublicAddress } from './webhook-address.ts';

/** Resolves a name: `dns.lookup`, which asks what the machine itself would ask. */
export type Resolve = (
  hostname: string,
  options: dns.LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void,
) => void;

/**
 * A lookup for sockets that refuses names which lead into a private network. The socket connects to the very addresses that
 * were looked at, so that a name that changes its mind between a check and the connection gains nothing.
 */
export function guardedLookup(resolve: Resolve = dns.lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(
      hostname,
      { family: asFamily(options.family), hints: options.hints ?? 0, all: true },
      (error, found) => {
        const bad = error === null ? found.find(({ address }) => !isPublicAddress(address)) : undefined;
        const [first] = found ?? [];
        if (error !== null || first === undefined) {
          callback(error ?? new Error(`${hostname} has no address`), '', 0);
        } else if (bad !== undefined) {
          callback(new ForbiddenAddress(`${hostname} leads into a private network (${bad.address})`), '', 0);
        } else if (options.all === true) {
          callback(null, found);
        } else {
          callback(null, first.address, first.family);
        }
      },
    );
  };
}

function asFamily(family: unknown): 0 | 4 | 6 {
  if (family === 4 || family === 'IPv4') {
    return 4;
  }
  return family === 6 || family === 'IPv6' ? 6 : 0;
}
