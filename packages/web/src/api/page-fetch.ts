import { siteSettings } from '../site-settings.ts';
import { connection } from './connection.ts';
import { isAway } from './page-error.ts';

/**
 * Where the page really reaches an address of the site. Addresses in bodies begin with the site's public one; the page
 * may have been opened under another name of the same machine (`localhost`), or below a path of a proxy.
 */
function reachable(url: string): string {
  const { root } = siteSettings;
  if (url.startsWith(root)) return document.baseURI.replace(/[^/]*$/, '') + url.slice(root.length);
  const { origin } = new URL(root);
  if (url.startsWith(`${origin}/`)) return new URL(url.slice(origin.length + 1), document.baseURI).href;
  return url;
}

/** The page's `fetch`: for the client of the API, and for what is the page's own. That nobody answers is told at once, before it is tried again. */
export async function pageFetch(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(reachable(url), { ...init, credentials: 'same-origin' });
    if (isAway(response.status)) connection.lost();
    else connection.works();
    return response;
  } catch (error) {
    if (init.signal?.aborted !== true) connection.lost();
    throw error;
  }
}
