import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import { isLoopback } from './is-loopback.ts';

/**
 * The address of a site from what a person wrote: a host (which means https) or a URL.
 *
 * @throws InvalidArgumentError where it is not an address, has a path, or is http to another machine.
 */
export function siteUrl(hostOrUrl: string | URL, options: { allowInsecure: boolean }): URL {
  const written = String(hostOrUrl).trim();
  const url = parse(written);
  if (url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError(
      'The site address holds a user name or password; give the API key as apiKey.',
    );
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new InvalidArgumentError(
      `The site address ${JSON.stringify(written)} has a path; give the host only, such as ${url.origin}`,
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url) && !options.allowInsecure) {
    throw new InvalidArgumentError(
      `${url.origin} would send the API key unencrypted; use https, or allowInsecure on a network you trust`,
    );
  }
  return url;
}

function parse(written: string): URL {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(written);
  const address = hasScheme ? written : `https://${written}`;
  const url = written !== '' && URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidArgumentError(
      `${JSON.stringify(written)} is not the address of a site; give a host such as data.linz.govt.nz, or a URL such as http://localhost:8080`,
    );
  }
  return url;
}
