/** A reference that was understood: its path below the API's root, without slashes at its ends. */
export type ReferencePath =
  | { readonly path: string; readonly problem: null }
  | { readonly path: null; readonly problem: string };

const apiPrefix = /^\/services\/api\/v1(?:\.x)?\//;

/**
 * Reads how an item or an extent refers to something of this site: an absolute URL of the site, a path on its host,
 * or a reference such as `layers/3`.
 *
 * @param siteRoot the address of the site; null where it has none (no server runs).
 */
export function parseReference(reference: string, siteRoot: URL | null): ReferencePath {
  // Checked as written: parsing a URL resolves `..` and hides what was meant.
  if (/[\\%\s\0]|\.\.|\/\/(?<!^https?:\/\/)/i.test(reference)) {
    return problem(
      `${quote(reference)} is not a reference; write it like layers/3, without "..", "%" or spaces.`,
    );
  }
  if (!/^[a-z][a-z0-9+.-]*:/i.test(reference)) {
    return reference.startsWith('/') ? belowApi(reference, reference, siteRoot) : found(reference);
  }
  if (siteRoot === null) {
    return problem(
      `${quote(reference)} is an address of a site, and no site is running here; write it like layers/3.`,
    );
  }
  const url = URL.canParse(reference) ? new URL(reference) : null;
  if (
    url === null ||
    url.origin !== siteRoot.origin ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    return problem(
      `${quote(reference)} is not an address of this site; those begin with ${siteRoot.href}services/api/v1/.`,
    );
  }
  return belowApi(url.pathname, reference, siteRoot);
}

function belowApi(pathname: string, reference: string, siteRoot: URL | null): ReferencePath {
  const folder = siteRoot === null ? '/' : siteRoot.pathname;
  const local = pathname.startsWith(folder) ? pathname.slice(folder.length - 1) : pathname;
  if (!apiPrefix.test(local)) {
    return problem(`${quote(reference)} is not below services/api/v1/ of this site; write it like layers/3.`);
  }
  return found(local.replace(apiPrefix, ''));
}

function found(path: string): ReferencePath {
  return { path: path.replace(/\/$/, ''), problem: null };
}

function problem(text: string): ReferencePath {
  return { path: null, problem: text };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
