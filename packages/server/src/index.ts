export {
  changeToken,
  createToken,
  listTokens,
  revokeToken,
  type TokenChangeWish,
  type TokenWish,
} from './admin/manage-tokens.ts';
export { type LoginLink, orderLoginLink } from './admin/order-login-link.ts';
export { type AuditQuery, AuditQueryError, readAuditLog } from './admin/read-audit-log.ts';
export type { AuditRecord } from './audit/audit-log.ts';
export { type BackupOrder, backUpSite } from './backup/back-up-site.ts';
export { type RestoredSite, type RestoreOrder, restoreSite } from './backup/restore-site.ts';
export { describeLayers, type LayerListing } from './catalogue/describe-layers.ts';
export { importIntoSite, type SiteImport, type SiteImportResult } from './catalogue/import-into-site.ts';
export { initSite, type InitResult } from './catalogue/init-site.ts';
export type { SkippedSource } from './catalogue/scan-folder.ts';
export { openSite, type Site } from './catalogue/site.ts';
export { SiteError } from './catalogue/site-error.ts';
export type { SiteLayer } from './catalogue/site-layer.ts';
export { checkRequest } from './exports/check-request.ts';
export { resolveRequest, type ResolvedRequest, type ResolveOptions } from './exports/resolve-request.ts';
export type { FieldErrors } from './exports/request-body.ts';
export type { AppParts } from './http/app-parts.ts';
export { createApp } from './http/create-app.ts';
export {
  type RunningServer,
  type RunningWorker,
  startApiProcess,
  startSite,
  type StartOptions,
  startWorkerProcess,
} from './main.ts';
export { orderNotifications } from './notifications/order-notifications.ts';
export { type MigratedSite, migrateSite } from './site/migrate-site.ts';
export { TokenRequestError } from './tokens/token-order.ts';
export type { NewToken, TokenRecord } from './tokens/token-store.ts';
