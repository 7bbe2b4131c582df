import type { ApiVersion } from '../exports/api-root.ts';
import { catalogueOperations } from './catalogue-operations.ts';
import { cropLayerOperations } from './crop-layer-operations.ts';
import { describeFormats } from './describe-formats.ts';
import { describePath } from './describe-path.ts';
import { documentOperations } from './document-operations.ts';
import { downloadExport } from './download-export.ts';
import { exportOperations } from './export-operations.ts';
import { layerOperations } from './layer-operations.ts';
import { notificationOperations } from './notification-operations.ts';
import { type ApiDocument, apiDocument } from './openapi/api-document.ts';
import type { Operation } from './operation.ts';

/** A path of the API and what can be done there. */
export interface ApiPath {
  readonly path: string;
  readonly operations: readonly Operation[];
  /** The header `Allow`. */
  readonly allow: string;
}

/** Every operation of a version of the API (wire contract, section 4, and what names an item). */
function operationsOf(version: ApiVersion): readonly Operation[] {
  return [
    ...documentOperations(version, describeOnce(version)),
    describeFormats(version),
    ...exportOperations(version),
    ...cropLayerOperations(version),
    downloadExport(version),
    ...notificationOperations(version),
    ...layerOperations(version),
    ...catalogueOperations(version),
  ];
}

/**
 * The API by path, fixed paths before those with an id: `validate` and `croplayers` are no ids. Each path also answers
 * `OPTIONS` with what it is.
 */
export function apiPaths(version: ApiVersion): readonly ApiPath[] {
  const byPath = new Map<string, Operation[]>();
  for (const operation of operationsOf(version)) {
    byPath.set(operation.route.path, [...(byPath.get(operation.route.path) ?? []), operation]);
  }
  return [...byPath]
    .toSorted(([a], [b]) => Number(a.includes('{')) - Number(b.includes('{')))
    .map(([path, operations]) => withOptions(version, path, operations));
}

function withOptions(version: ApiVersion, path: string, operations: readonly Operation[]): ApiPath {
  const methods = operations.map(({ route }) => route.method.toUpperCase());
  const others = methods.filter((method) => method !== 'OPTIONS');
  const allow = [
    ...others.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
    'OPTIONS',
  ].join(', ');
  return {
    path,
    allow,
    operations:
      others.length < methods.length ? operations : [...operations, describePath(version, operations, allow)],
  };
}

/**
 * The OpenAPI document of a version of the API.
 *
 * @param root the address that its paths are below, without a slash at its end.
 */
export function describeApi(version: ApiVersion, root: string): ApiDocument {
  return apiDocument(
    version,
    apiPaths(version).flatMap(({ operations }) => operations),
    root,
  );
}

/** A site has one root, and its document takes a while to make. */
function describeOnce(version: ApiVersion): (root: URL) => ApiDocument {
  let made: { readonly root: string; readonly document: ApiDocument } | null = null;
  return ({ href }) => {
    const root = href.replace(/\/$/, '');
    made = made?.root === root ? made : { root, document: describeApi(version, root) };
    return made.document;
  };
}
