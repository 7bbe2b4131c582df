import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

import { type ApiVersion, apiVersions } from '../exports/api-root.ts';
import type { AppEnvironment, AppParts } from '../http/app-parts.ts';
import { createApp } from '../http/create-app.ts';
import { describeApi } from '../http/routes.ts';

/** The application in process: what it answers is compared with the document before a test sees it. */
export interface CheckedApp {
  /** @param environment what a server of sockets would add. */
  request(address: string, init?: RequestInit, environment?: AppEnvironment['Bindings']): Promise<Response>;
}

/** A site's application, every answer of which must be one that the OpenAPI document has, to the last key and header. */
export function checkedApp(parts: AppParts): CheckedApp {
  const app = createApp(parts);
  // Takes a while, and is not to count as the time of the first test.
  apiVersions.forEach(documentOf);
  return {
    async request(address, init = {}, environment = {}) {
      const response = await app.request(address, init, environment);
      await checkAnswer(init.method ?? 'GET', new URL(address).pathname, response);
      return response;
    },
  };
}

/** `fetch`, whose answers are compared too: for sites that are served on a socket. */
export async function checkedFetch(address: string | URL, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(address, init);
  await checkAnswer(init.method ?? 'GET', new URL(address).pathname, response);
  return response;
}

interface DocumentedAnswer {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly schema: object }>>;
  readonly content?: Readonly<Record<string, object>>;
}

interface Described {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { responses: Record<string, DocumentedAnswer> }>>>
  >;
}

/** RFC 3339, in UTC. */
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const documents = new Map<ApiVersion, { described: Described; ajv: Ajv2020 }>();

async function checkAnswer(method: string, pathname: string, response: Response): Promise<void> {
  const version = apiVersions.find((one) => pathname.startsWith(`/services/api/${one}/`));
  if (version === undefined || response.status === 301 || response.status === 308 || isPreflight(response)) {
    return;
  }
  const path = pathname.slice(`/services/api/${version}`.length);
  const where = `${method} ${path} of ${version}: ${response.status}`;
  const { described } = documentOf(version);
  const template = Object.keys(described.paths)
    .toSorted((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
    .find((one) => new RegExp(`^${one.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path));
  const operation = described.paths[template ?? '']?.[(method === 'HEAD' ? 'GET' : method).toLowerCase()];
  if (template === undefined || operation === undefined) {
    await checkRefusal(version, where, response);
    return;
  }
  const answer = operation.responses[response.status];
  if (answer === undefined) {
    throw new Error(`${where} is not in the document: ${await response.clone().text()}`);
  }
  checkHeaders(version, where, { response, answer });
  const mediaType = response.headers.get('Content-Type')?.replace(/;.*$/, '') ?? null;
  if (mediaType !== null && answer.content?.[mediaType] === undefined) {
    throw new Error(`${where} has a body of type ${mediaType}, which is not in the document`);
  }
  if (mediaType === 'application/json' && method !== 'HEAD') {
    const pointer = ['paths', template, method.toLowerCase(), 'responses', String(response.status)];
    await checkBody(version, where, { response, pointer: [...pointer, 'content', mediaType, 'schema'] });
  }
}

/** Where there is nothing, or not by this method, the answer is a problem all the same. */
async function checkRefusal(version: ApiVersion, where: string, response: Response): Promise<void> {
  if (![403, 404, 405, 414].includes(response.status)) {
    throw new Error(`${where} is not in the document`);
  }
  if (response.body !== null) {
    await checkBody(version, where, { response, pointer: ['components', 'schemas', 'Problem'] });
  }
}

function checkHeaders(
  version: ApiVersion,
  where: string,
  { response, answer }: { response: Response; answer: DocumentedAnswer },
): void {
  const { ajv } = documentOf(version);
  for (const [name, { required, schema }] of Object.entries(answer.headers ?? {})) {
    const value = response.headers.get(name);
    if (value === null ? required === true : !ajv.validate(schema, value)) {
      throw new Error(`${where} has the header ${name}: ${value}, which the document does not allow`);
    }
  }
}

async function checkBody(
  version: ApiVersion,
  where: string,
  { response, pointer }: { response: Response; pointer: readonly string[] },
): Promise<void> {
  const { ajv } = documentOf(version);
  const reference = `document#/${pointer.map((part) => encodeURIComponent(part.replaceAll('/', '~1'))).join('/')}`;
  const validate: ValidateFunction | undefined = ajv.getSchema(reference);
  const body: unknown = await response.clone().json();
  if (validate === undefined || !validate(body)) {
    const problems = ajv.errorsText(validate?.errors, { separator: '\n  ' });
    throw new Error(`${where} does not conform to the document:\n  ${problems}\n  ${JSON.stringify(body)}`);
  }
}

function isPreflight(response: Response): boolean {
  return response.status === 204 && response.headers.has('Access-Control-Allow-Methods');
}

function documentOf(version: ApiVersion): { described: Described; ajv: Ajv2020 } {
  const known = documents.get(version);
  if (known !== undefined) {
    return known;
  }
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat('uri', (text) => URL.canParse(text));
  ajv.addFormat('date-time', (text) => isoTime.test(text) && !Number.isNaN(Date.parse(text)));
  const described = describeApi(version, `/services/api/${version}`) as unknown as Described;
  ajv.addSchema(close(described) as object, 'document');
  const made = { described, ajv };
  documents.set(version, made);
  return made;
}

/** The document lets bodies grow; the tests do not: a key that is not in it is a mistake in one of the two. */
function close(node: unknown): unknown {
  if (Array.isArray(node)) {
    return node.map(close);
  }
  if (typeof node !== 'object' || node === null) {
    return node;
  }
  const closed = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, close(value)]));
  const isObject =
    closed['type'] === 'object' || (Array.isArray(closed['type']) && closed['type'].includes('object'));
  return isObject && 'properties' in closed && !('additionalProperties' in closed)
    ? { ...closed, additionalProperties: false }
    : closed;
}
