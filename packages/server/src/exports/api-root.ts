/** Versions of the API that a site serves. */
export const apiVersions = ['v1', 'v1.x'] as const;

/** A version of the API. */
export type ApiVersion = (typeof apiVersions)[number];

/** The root of the API on a site: every address in a body begins with it. */
export function apiRoot(siteRoot: URL, version: ApiVersion = 'v1'): URL {
  const root = siteRoot.pathname.endsWith('/') ? siteRoot : new URL(`${siteRoot.href}/`);
  return new URL(`services/api/${version}/`, root);
}
