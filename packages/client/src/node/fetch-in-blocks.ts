import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';

import { DirectBody } from './direct-body.ts';
import { readInBlocks, type TakeBytes } from './read-in-blocks.ts';

/**
 * A GET as `fetch` does it, for large bodies: they are read in large blocks, and one of known length comes past the HTTP
 * parser, which would copy it. Each request has a connection of its own.
 *
 * @throws what broke the connection; Error for a compressed answer, which nothing here undoes.
 */
export async function fetchInBlocks(
  url: string,
  { headers, signal }: Pick<RequestInit, 'headers' | 'signal'>,
): Promise<Response> {
  const { Agent, request } = url.startsWith('https:') ? https : http;
  let isInBlocks = false;
  // The parser listens for the data of its socket, and one that is read in blocks does not tell by itself.
  let take: TakeBytes = (bytes) => {
    isInBlocks = true;
    // A copy, as the parser may hand out many parts of it.
    return asked.socket?.emit('data', Buffer.from(bytes)) ?? false;
  };
  const asked = request(url, {
    agent: new Agent({ onread: readInBlocks((bytes) => take(bytes)) }),
    headers: Object.fromEntries(new Headers(headers)),
    ...(signal == null ? {} : { signal }),
  });
  // After the head, the message has the error too.
  asked.on('error', () => undefined);
  asked.end();
  const [message] = (await once(asked, 'response')) as [IncomingMessage];
  try {
    // Nothing has been read since the piece that ended the head, and nothing will be until this function has ended.
    if (!isInBlocks || !isPlainAndUnfinished(message))
      return toResponse(message, Readable.toWeb(message) as ReadableStream as ReadableStream);
    const body = DirectBody.stream(message);
    take = body.take;
    return toResponse(message, body.stream);
  } catch (error) {
    asked.destroy();
    throw error;
  }
}

/** Whether the rest of the connection is the body, as long as the head says. */
function isPlainAndUnfinished({ complete, headers, statusCode = 0 }: IncomingMessage): boolean {
  const hasLength = headers['content-length'] !== undefined && headers['transfer-encoding'] === undefined;
  return hasLength && !complete && [200, 206].includes(statusCode);
}

function toResponse(message: IncomingMessage, body: ReadableStream): Response {
  const { statusCode: status = 0, statusMessage: statusText = '', headersDistinct } = message;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  if (!['', 'identity'].includes(headers.get('content-encoding') ?? '')) {
    throw new Error(`A body in ${headers.get('content-encoding')} is for fetch to read`);
  }
  return new Response(body, { status, statusText, headers });
}
