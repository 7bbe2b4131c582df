import { z } from 'zod';

import type { SiteLayer } from '../catalogue/site-layer.ts';
import type { ApiVersion } from '../exports/api-root.ts';
import type { AppParts } from './app-parts.ts';
import { notFound } from './http-error.ts';
import { defineOperation, type Operation } from './operation.ts';
import { crsParameter, idSchema } from './read-id.ts';
import { renderCrs } from './render-crs.ts';
import { renderLicence } from './render-licence.ts';
import { renderUser } from './render-user.ts';
import { crsSchema, licenceSchema, userSchema } from './schemas/catalogue-schemas.ts';

/** What addresses in other bodies lead to: licences, coordinate reference systems, users. */
export function catalogueOperations(version: ApiVersion): Operation[] {
  return [getLicence(version), getLicenceText(version), getCrs(version), getUser(version)];
}

function getLicence(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/licenses/{id}/',
      id: 'getLicense',
      tag: 'Layers',
      summary: 'A licence',
      scope: 'layers:read',
      params: z.object({ id: idSchema }),
      answers: { 200: { description: 'The licence.', body: licenceSchema } },
    },
    ({ parts, context, params }) =>
      context.json(renderLicence(findLicensed(parts, params.id), context.get('apiRoot'))),
  );
}

function getLicenceText(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/licenses/{id}/fulltext/',
      id: 'getLicenseText',
      tag: 'Layers',
      summary: 'The whole text of a licence',
      scope: 'layers:read',
      params: z.object({ id: idSchema }),
      answers: { 200: { description: 'The text.', body: 'text/plain' } },
    },
    ({ parts, context, params }) => {
      const text = findLicensed(parts, params.id).licence?.text ?? null;
      if (text === null) {
        throw notFound();
      }
      return context.text(text);
    },
  );
}

function getCrs(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/coordinate-systems/{code}/',
      id: 'getCoordinateSystem',
      tag: 'Layers',
      summary: 'A coordinate reference system',
      description: 'Any of the EPSG registry that exports can be made in.',
      scope: 'layers:read',
      params: z.object({ code: crsParameter }),
      answers: { 200: { description: 'The system.', body: crsSchema } },
    },
    ({ parts, context, params }) => {
      const crs = renderCrs(parts.site.engine, params.code.toUpperCase(), context.get('apiRoot'));
      if (crs === null) {
        throw notFound();
      }
      return context.json(crs);
    },
  );
}

function getUser(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/users/{id}/',
      id: 'getUser',
      tag: 'Exports',
      summary: 'The holder of a token',
      description: 'Each sees only itself.',
      scope: 'exports:read',
      params: z.object({ id: idSchema }),
      answers: { 200: { description: 'The holder of the token that was sent.', body: userSchema } },
    },
    ({ context, params }) => {
      const user = renderUser(context.get('caller'), context.get('apiRoot'));
      if (user.id !== params.id) {
        throw notFound();
      }
      return context.json(user);
    },
  );
}

function findLicensed(parts: AppParts, licenceId: number): SiteLayer {
  const layer = parts.site.layers.find((one) => one.licenceId === licenceId);
  if (layer === undefined) {
    throw notFound();
  }
  return layer;
}
