import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import type { RequestContext } from '../http/app-parts.ts';
import type { Encoding } from './page-files.ts';

const packed = promisify(gzip);
/** Shorter answers are not worth packing. */
const leastCharacters = 1024;

/** The best way to pack that the asker takes. */
export function acceptedEncoding(context: RequestContext): Encoding {
  const accepted = (context.req.header('Accept-Encoding') ?? '').split(',').map((one) => one.trim());
  const takes = (name: string): boolean =>
    accepted.some((one) => one.startsWith(name) && !/;\s*q=0(\.0*)?$/.test(one));
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'identity';
}

/** Sends JSON text, packed where that is taken and worth it. */
export async function sendJson(
  context: RequestContext,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const common = { 'Content-Type': 'application/json', Vary: 'Accept-Encoding', ...headers };
  if (acceptedEncoding(context) === 'identity' || text.length < leastCharacters) {
    return context.body(text, 200, common);
  }
  const bytes = Uint8Array.from(await packed(text));
  return context.body(bytes, 200, { ...common, 'Content-Encoding': 'gzip' });
}
