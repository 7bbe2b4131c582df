import ipaddr from 'ipaddr.js';

/** An address that must not be posted to, in words. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

/** Where machines of Azure answer questions about themselves: the one such address that is in a public range. */
const azureMetadata = '168.63.129.16';

const hostRemedy = 'or have the operator name the host in allowed_hosts of outcrop.yaml';

/**
 * What is wrong with the address of a webhook, in words; null for nothing. What its name resolves to is only looked at
 * when it is connected to, as that may change.
 *
 * @param allowedHosts hosts that may be anything: plain HTTP, and inside the site's own network. With or without a port.
 */
export function webhookProblem(address: string, allowedHosts: readonly string[]): string | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return 'must be an address such as https://example.com/hook';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not hold a user name or a password; verify the signature instead';
  }
  if (isAllowed(url, allowedHosts)) {
    return null;
  }
  if (url.protocol !== 'https:') {
    return `must begin with https://, as the message would cross the network unprotected; use https, ${hostRemedy}`;
  }
  const literal = literalAddress(url);
  if (literal !== null && !isPublicAddress(literal)) {
    return `leads into a private network (${literal}); use a public address, ${hostRemedy}`;
  }
  return null;
}

/** Whether an operator has named the host of an address. */
export function isAllowed(url: URL, allowedHosts: readonly string[]): boolean {
  return allowedHosts.includes(url.hostname) || allowedHosts.includes(url.host);
}

/** The address that a URL holds in place of a name; null for a name. URLs have already made `127.1` of it `127.0.0.1`. */
function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return ipaddr.isValid(host) ? host : null;
}

/**
 * Whether an IP address is one of the public internet. Loopback, private, link-local (metadata of clouds), carrier,
 * multicast and reserved ranges are not, nor what carries such an IPv4 address inside an IPv6 one.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) {
    return false;
  }
  // Mapped, translated and tunnelled addresses have ranges of their own, none of which is `unicast`.
  return ipaddr.parse(address).range() === 'unicast' && address !== azureMetadata;
}
