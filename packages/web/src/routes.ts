import { useSyncExternalStore } from 'react';

/** The places of the page. */
export type Route =
  | { readonly page: 'new' }
  | { readonly page: 'exports' }
  | { readonly page: 'export'; readonly exportId: number };

const listeners = new Set<() => void>();
window.addEventListener('popstate', () => notify());

function notify(): void {
  for (const listener of listeners) listener();
}

/** Where a path of the page is, below wherever the site is. */
export function address(path: string): string {
  return new URL(path, document.baseURI).href;
}

/** The place of the browser's address. */
export function readRoute(pathname: string): Route {
  const base = new URL(document.baseURI).pathname;
  const path = pathname.startsWith(base) ? pathname.slice(base.length) : pathname;
  const match = /^exports\/(\d{1,10})\/?$/.exec(path);
  if (match !== null) return { page: 'export', exportId: Number(match[1]) };
  return /^exports\/?$/.test(path) ? { page: 'exports' } : { page: 'new' };
}

/** Goes to another place of the page. */
export function go(path: string): void {
  history.pushState(null, '', address(path));
  notify();
  window.scrollTo(0, 0);
}

/** The path and query of the browser's address, for parts that follow it. */
export function useLocation(): { pathname: string; search: string } {
  const href = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => location.pathname + location.search,
  );
  const at = href.indexOf('?');
  return at === -1 ? { pathname: href, search: '' } : { pathname: href.slice(0, at), search: href.slice(at) };
}
