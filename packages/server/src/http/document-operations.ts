import { z } from 'zod';

import type { ApiVersion } from '../exports/api-root.ts';
import type { ApiDocument } from './openapi/api-document.ts';
import { documentPageHeaders, renderDocumentPage } from './openapi/document-page.ts';
import { defineOperation, type Operation } from './operation.ts';

/** Where the document of the API is, below its root. The only address without a slash at its end. */
export const documentPath = '/openapi.json';

const tag = 'About';

/** What the API says of itself, to anyone: where its lists are, its OpenAPI document, and that document to read. */
export function documentOperations(version: ApiVersion, describe: (root: URL) => ApiDocument): Operation[] {
  return [getRoot(version), getDocument(version, describe), getDocumentPage(version, describe)];
}

function getRoot(version: ApiVersion): Operation {
  const collections = {
    exports: 'exports/',
    crop_layers: 'exports/croplayers/',
    layers: 'layers/',
    tables: 'tables/',
    data: 'data/',
    openapi: 'openapi.json',
    docs: 'docs/',
  };
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/',
      id: 'getRoot',
      tag,
      summary: 'Where things are',
      scope: null,
      answers: { 200: { description: 'Addresses by name.', body: z.record(z.string(), z.url()) } },
    },
    ({ context }) =>
      context.json(
        Object.fromEntries(
          Object.entries(collections).map(([name, path]) => [
            name,
            new URL(path, context.get('apiRoot')).href,
          ]),
        ),
      ),
  );
}

function getDocument(version: ApiVersion, describe: (root: URL) => ApiDocument): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: documentPath,
      id: 'getOpenApi',
      tag,
      summary: 'This document',
      scope: null,
      answers: {
        200: {
          description: 'The API as OpenAPI 3.1.',
          body: z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApi' }),
        },
      },
    },
    ({ context }) => context.json(describe(context.get('apiRoot'))),
  );
}

function getDocumentPage(version: ApiVersion, describe: (root: URL) => ApiDocument): Operation {
  let rendered: { readonly document: ApiDocument; readonly page: string } | null = null;
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/docs/',
      id: 'getDocs',
      tag,
      summary: 'This document, to read',
      scope: null,
      answers: { 200: { description: 'A page without scripts.', body: 'text/html' } },
    },
    async ({ context }) => {
      const document = describe(context.get('apiRoot'));
      if (rendered?.document !== document) {
        rendered = { document, page: String(await renderDocumentPage(document)) };
      }
      return context.html(rendered.page, 200, documentPageHeaders);
    },
  );
}
