import { PreviewThread } from '@outcrop/engine';
import type { Hono } from 'hono';

import type { AppEnvironment, AppParts, RequestContext } from '../http/app-parts.ts';
import { authenticate } from '../http/authenticate.ts';
import type { Scope } from '@outcrop/contract';
import { crsDefinition, crsList } from './crs-operations.ts';
import { makeDownloadLink } from './download-link.ts';
import { exportReport } from './export-report.ts';
import { LoginLinks, loginLinksPath } from './login-links.ts';
import { openPageFiles } from './page-files.ts';
import { previewLayer, previewPicture } from './preview-operations.ts';
import { inspectRegion, readShapeFile } from './region-operations.ts';
import { sendAsset, sendPage } from './send-page.ts';

/** What the page needs besides the API: its own files, previews, shapes and CRSs, and ways to sign in and download. */
export function mountPage(app: Hono<AppEnvironment>, parts: AppParts): void {
  const previews = new PreviewThread();
  const withScope =
    (scope: Scope, handle: (context: RequestContext) => Promise<Response>) =>
    async (context: RequestContext): Promise<Response> => {
      context.set('caller', await authenticate(parts, context, scope));
      return handle(context);
    };
  const previewPath = '/services/page/layers/:id{[0-9]+}/preview';
  const preview = withScope('layers:read', previewLayer(parts, previews));
  app.get(previewPath, preview);
  app.post(previewPath, preview);
  app.get(`${previewPath}/picture`, withScope('layers:read', previewPicture(parts)));
  app.use('/services/page/crs/*', parts.rateLimits.admitAnyone);
  app.get('/services/page/crs.json', parts.rateLimits.admitAnyone, crsList(previews));
  app.get('/services/page/crs/:code', crsDefinition);
  app.post('/services/page/regions', withScope('exports:read', inspectRegion(parts, previews)));
  app.post('/services/page/shapes', withScope('exports:read', readShapeFile()));
  const linkPath = '/services/page/exports/:id{[0-9]+}/download';
  app.post(linkPath, withScope('exports:read', makeDownloadLink(parts)));
  app.get('/services/page/exports/:id{[0-9]+}/report', withScope('exports:read', exportReport(parts)));
  const links = new LoginLinks(parts);
  app.post(loginLinksPath, links.create);
  app.post('/services/page/sign-in', parts.rateLimits.admitSecret(links.redeem));
  const files = openPageFiles();
  app.get('/assets/:name', parts.rateLimits.admitAnyone, sendAsset(files));
  for (const path of ['/', '/new', '/exports', '/exports/:id{[0-9]+}']) {
    app.get(path, parts.rateLimits.admitAnyone, sendPage(parts, files));
  }
}
