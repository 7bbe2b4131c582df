import fc from 'fast-check';

import type { Endpoint } from './endpoints.ts';
import { mutated, mutatedText, oddValue } from './mutate-json.ts';
import { createBody, otherBodies, shapeBytes } from './valid-bodies.ts';

/** A request as it is sent. */
export interface FuzzRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

/** What opens the site's doors. */
export interface Secrets {
  readonly token: string;
  readonly adminSecret: string;
}

const rawSegment = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '1.5',
    '2147483647',
    '2147483648',
    '99999999999999999999',
    '1e3',
    'NaN',
    'validate',
    '..',
  ),
  fc.constantFrom(
    '%2e%2e',
    '%2F',
    '%00',
    '%',
    '%zz',
    '%ED%A0%80',
    '..%2f..%2fetc%2fpasswd',
    '1%20OR%201=1',
    '@',
    '\\',
  ),
  fc.string({ maxLength: 20 }).map(encodeSafely),
  fc.string({ unit: 'binary', maxLength: 12 }).map(encodeSafely),
  fc.constantFrom(30, 300, 9000).map((length) => '1'.repeat(length)),
);

const goodSegments: Readonly<Record<string, fc.Arbitrary<string>>> = {
  code: fc.constantFrom('EPSG:4326', 'EPSG:2193', '4326', '2193', 'EPSG:0'),
  name: fc.constantFrom('index.js', 'manifest.json', 'x.js'),
  ticket: fc.constantFrom('open', `1.9999999999.${'a'.repeat(43)}`, '1.1.x'),
  version: fc.constantFrom('1', '1700000000000000'),
};

const queryName = fc.oneof(
  fc.constantFrom(
    'page',
    'page_size',
    'sort',
    'q',
    'name',
    'state',
    'kind',
    'id',
    'created_at',
    'created_at.gt',
    'finished_at.lte',
  ),
  fc.constantFrom(
    'bbox',
    'limit',
    'pixels',
    'type',
    'crs',
    'format',
    '_',
    '__proto__',
    'constructor',
    'title',
    'updated_at',
  ),
  fc.string({ maxLength: 6 }),
);
const queryValue = fc.oneof(
  fc.constantFrom(
    '1',
    '2',
    '0',
    '-1',
    '100',
    '1000000',
    '',
    'id',
    '-id',
    'name',
    'created_at',
    'complete',
    'vector',
    'kml',
    'zip',
  ),
  fc.constantFrom(
    '170,-45,175,-40',
    '1,2,3',
    'NaN,NaN,NaN,NaN',
    '-1e400,0,1e400,1',
    '2026-01-01',
    '2026-01-01T00:00:00Z',
    'EPSG:2193',
  ),
  fc.constantFrom(
    "' OR 1=1 --",
    '%',
    '_',
    '\\',
    '%_\\',
    '\0',
    'a\r\nb',
    '\ud800',
    '99999999-99-99',
    '+00:00',
    'EPSG:0',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.nat({ max: 3000 }).map((length) => 'a'.repeat(length)),
);
const query = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.tuple(queryName, queryValue), { minLength: 1, maxLength: 4 })
      .map(
        (pairs) =>
          `?${pairs.map(([name, value]) => `${encodeSafely(name)}=${encodeSafely(value)}`).join('&')}`,
      ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }).map((text) => `?${text.replaceAll('#', '')}`) },
);

const headerName = fc.oneof(
  fc.constantFrom(
    'Expand',
    'Range',
    'If-Range',
    'If-None-Match',
    'Accept',
    'Accept-Encoding',
    'Origin',
    'Content-Type',
  ),
  fc.constantFrom(
    'Idempotency-Key',
    'X-Forwarded-For',
    'Content-Length',
    'Transfer-Encoding',
    'Referer',
    'Cookie',
    'Expect',
  ),
  fc.constantFrom(
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'Forwarded',
    'X-HTTP-Method-Override',
    'Access-Control-Request-Method',
  ),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/),
);
const headerValue = fc.oneof(
  fc.constantFrom(
    'list',
    'list.items',
    'items.item',
    'user,crs',
    'bytes=0-1',
    'bytes=5-2',
    'bytes=-5',
    'bytes=0-0,2-3',
    'bytes=99999999999-',
  ),
  fc.constantFrom(
    '*',
    '"x"',
    'text/html',
    'application/json',
    'br',
    'gzip;q=0',
    'null',
    'http://evil.example',
    '0',
    '999999999',
    'chunked',
  ),
  fc.constantFrom(
    '1.2.3.4, 5.6.7.8',
    '::1',
    'key',
    'é',
    '\u00ff',
    'GET',
    '100-continue',
    'same-key',
    '__proto__',
  ),
  fc.stringMatching(/^[\x20-\x7e]{0,40}$/),
  fc.nat({ max: 4000 }).map((length) => 'h'.repeat(length)),
);

/** A request to an endpoint: mostly one that gets past the first checks, so that what lies behind is reached too. */
export function requestTo(endpoint: Endpoint, secrets: Secrets): fc.Arbitrary<FuzzRequest> {
  return fc
    .tuple(pathOf(endpoint), query, headersOf(endpoint, secrets), bodyOf(endpoint))
    .map(([path, search, headers, body]) => ({
      method: endpoint.method,
      path: path + search,
      headers,
      body,
    }))
    .filter((request) => !revokesOwnKey(request));
}

/** What would lock out the rest of the run: the key that it asks with is the first one. */
function revokesOwnKey({ method, path }: FuzzRequest): boolean {
  return method === 'DELETE' && /^\/services\/admin\/tokens\/0*1\/?(?:\?|$)/.test(path);
}

function pathOf({ path }: Endpoint): fc.Arbitrary<string> {
  const parts = path.split(/(\{\w+\})/).map((part): fc.Arbitrary<string> => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return fc.constant(part);
    const good = goodSegments[name] ?? fc.integer({ min: 1, max: 8 }).map(String);
    return fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: rawSegment });
  });
  return fc.tuple(...parts).map((segments) => segments.join(''));
}

function headersOf(
  { path }: Endpoint,
  { token, adminSecret }: Secrets,
): fc.Arbitrary<(readonly [string, string])[]> {
  const authorization = fc.oneof(
    { weight: 12, arbitrary: fc.constant(`key ${token}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', 'key', `Bearer ${token}`, `key ${'0'.repeat(32)}`, `KEY  ${token}`),
    },
    { weight: 1, arbitrary: headerValue },
  );
  const secret = fc.oneof(
    { weight: 3, arbitrary: fc.constant(adminSecret) },
    { weight: 1, arbitrary: headerValue },
  );
  const door = /^\/(?:\.outcrop|services\/admin)\//.test(path)
    ? secret.map((value) => ['X-Outcrop-Secret', value] as const)
    : authorization.map((value) => ['Authorization', value] as const);
  return fc
    .tuple(door, fc.array(fc.tuple(headerName, headerValue), { maxLength: 3 }))
    .map(([one, more]) => [one, ...more]);
}

function bodyOf({ method, path }: Endpoint): fc.Arbitrary<FuzzRequest['body']> {
  if (method === 'GET' || method === 'HEAD') return fc.constant(null);
  if (path.endsWith('/shapes')) return shapeBytes as fc.Arbitrary<Uint8Array<ArrayBuffer>>;
  const valid = otherBodies.find(([pattern]) => pattern.test(path))?.[1] ?? createBody;
  return fc.oneof(
    { weight: 8, arbitrary: mutatedText(mutated(valid)) },
    { weight: 1, arbitrary: mutatedText(oddValue) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Uint8Array.from(bytes)) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

/** Percent-encoded; a lone surrogate, which cannot be, as U+FFFD. */
function encodeSafely(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
