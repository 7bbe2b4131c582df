import type { SiteConfig } from '../catalogue/site-config.ts';
import type { AppParts, RequestContext } from '../http/app-parts.ts';

/** What the admin endpoints are made of: less than a site, so that a command can use them where none runs. */
export interface AdminParts extends Pick<
  AppParts,
  | 'access'
  | 'adminSecret'
  | 'database'
  | 'exportStore'
  | 'logger'
  | 'rateLimits'
  | 'siteRoot'
  | 'tokenUses'
  | 'trustedProxies'
  | 'workers'
> {
  readonly config: Pick<SiteConfig, 'access'>;
}

/** Answers a request of somebody who may administer the site. */
export type AdminOperation = (parts: AdminParts, context: RequestContext) => Promise<Response>;

/** Where the admin endpoints are. Not part of the Exports API. */
export const adminPath = '/services/admin/';
