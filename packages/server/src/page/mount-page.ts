import { PreviewThread } from '@outcrop/engine';
import type { Hono } from 'hono';

import type { AppEnvironment, AppParts, RequestContext } from '../http/app-parts.ts';
import { asCallerSees } from '../http/as-caller-sees.ts';
import { authenticate } from '../http/authenticate.ts';
import type { Scope } from '@outcrop/contract';
import { crsDefinition, crsList } from './crs-operations.ts';
import { makeDownloadLink } from './download-link.ts';
import { exportReport } from './export-report.ts';
import { openPageFiles } from './page-files.ts';
import type { PageOperation } from './page-operation.ts';
import { previewLayer, previewPicture } from './preview-operations.ts';
import { inspectRegion, readShapeFile } from './region-operations.ts';
import { signIn, signOut } from './sign-in.ts';
import { sendAsset, sendPage } from './send-page.ts';

/** What the page needs besides the API: its own files, previews, shapes and CRSs, and ways to sign in and download. */
export function mountPage(app: Hono<AppEnvironment>, parts: AppParts): void {
  const previews = new PreviewThread();
  const withScope =
    (scope: Scope, perform: PageOperation) =>
    async (context: RequestContext): Promise<Response> => {
      context.set('caller', await authenticate(parts, context, scope));
      return perform(asCallerSees(parts, context), context);
    };
  const previewPath = '/services/page/layers/:id{[0-9]+}/preview';
  const preview = withScope('layers:read', previewLayer(previews));
  app.get(previewPath, preview);
  app.post(previewPath, preview);
  app.get(`${previewPath}/picture`, withScope('layers:read', previewPicture()));
  app.use('/services/page/crs/*', parts.rateLimits.admitAnyone);
  app.get('/services/page/crs.json', parts.rateLimits.admitAnyone, crsList(previews));
  app.get('/services/page/crs/:code', crsDefinition);
  app.post('/services/page/regions', withScope('exports:read', inspectRegion(previews)));
  app.post('/services/page/shapes', withScope('exports:read', readShapeFile()));
  const linkPath = '/services/page/exports/:id{[0-9]+}/download';
  app.post(linkPath, withScope('exports:read', makeDownloadLink()));
  app.get('/services/page/exports/:id{[0-9]+}/report', withScope('exports:read', exportReport()));
  app.post('/services/page/sign-in', parts.rateLimits.admitSecret(signIn(parts)));
  app.post('/services/page/sign-out', parts.rateLimits.admitSecret(signOut(parts)));
  const files = openPageFiles();
  app.get('/assets/:name', parts.rateLimits.admitAnyone, sendAsset(files));
  for (const path of ['/', '/new', '/exports', '/exports/:id{[0-9]+}']) {
    app.get(path, parts.rateLimits.admitAnyone, sendPage(parts, files));
  }
}
