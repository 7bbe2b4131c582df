/** `example.com` or `*.example.com`, with a scheme and a port where only those will do. */
const form = /^(?:(https?):\/\/)?(\*\.)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?$/;

/**
 * A pattern of web pages as it is kept, or null where it is none: `example.com`, `*.example.com` (below it, not
 * itself), `https://example.com:8443`. Without a scheme or a port, any will do (wire contract, section 2).
 */
export function parseRefererPattern(written: string): string | null {
  const pattern = written.trim().toLowerCase().replace(/\/$/, '');
  const port = Number(form.exec(pattern)?.[4] ?? 0);
  return form.test(pattern) && !pattern.includes('..') && port <= 65_535 ? pattern : null;
}

/**
 * Whether a key that is restricted to some pages may be used by a request. What the request says of where it comes
 * from must fit, each word of it, and it must say something. Pages of this machine always may (wire contract, section 2).
 */
export function comesFromAllowedPage(
  patterns: readonly string[],
  { origin, referer }: { origin: string | undefined; referer: string | undefined },
): boolean {
  const pages = [origin, referer].filter((page) => page !== undefined);
  return pages.length > 0 && pages.every((page) => patterns.some((pattern) => fits(pattern, page)));
}

function fits(pattern: string, page: string): boolean {
  const url = URL.canParse(page) ? new URL(page) : null;
  const match = form.exec(pattern);
  if (url === null || match === null || !/^https?:$/.test(url.protocol)) return false;
  if (/^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)) return true;
  const [, scheme, wildcard, host = '', port] = match;
  const hasHost = wildcard === undefined ? url.hostname === host : url.hostname.endsWith(`.${host}`);
  const actualPort = url.port === '' ? { 'http:': '80', 'https:': '443' }[url.protocol] : url.port;
  return (
    hasHost &&
    (scheme === undefined || url.protocol === `${scheme}:`) &&
    (port === undefined || actualPort === port)
  );
}
