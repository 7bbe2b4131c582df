import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Whether a request is signed by a secret (AWS Signature Version 4), in its header or its address. Written from the
 * specification, with nothing of the SDK that signs.
 */
export function isSignedBy(secret: string, request: IncomingMessage): boolean {
  const url = new URL(request.url ?? '', 'http://s3');
  const signed = readHeader(request.headers.authorization) ?? readQuery(url);
  if (signed === null) {
    return false;
  }
  const time = url.searchParams.get('X-Amz-Date') ?? String(request.headers['x-amz-date']);
  const canonical = [
    request.method,
    url.pathname,
    canonicalQuery(url),
    ...signed.headers.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signed.headers.join(';'),
    request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = signed.scope.slice(1);
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), digest].join('\n');
  const key = scope.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex') === signed.signature;
}

interface Signed {
  /** Key id, day, region, service, `aws4_request`. */
  readonly scope: readonly string[];
  readonly headers: readonly string[];
  readonly signature: string;
}

function readHeader(header = ''): Signed | null {
  const match = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(header);
  return match === null
    ? null
    : { scope: match[1]!.split('/'), headers: match[2]!.split(';'), signature: match[3]! };
}

function readQuery({ searchParams }: URL): Signed | null {
  const [scope, headers, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
    searchParams.get(`X-Amz-${name}`),
  );
  return scope === null || headers === null || signature === null
    ? null
    : { scope: scope!.split('/'), headers: headers!.split(';'), signature: signature! };
}

function canonicalQuery({ searchParams }: URL): string {
  return [...searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${escape(name)}=${escape(value)}`)
    .toSorted()
    .join('&');
}

/** RFC 3986: `encodeURIComponent` leaves five characters alone that AWS does not. */
function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
