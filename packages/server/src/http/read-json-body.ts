import type { RequestContext } from './app-parts.ts';
import { HttpError } from './http-error.ts';

/**
 * Reads a JSON body, and no more of it than is allowed.
 *
 * @throws HttpError 413 where it is too large, 400 where it is not JSON.
 */
export async function readJsonBody(context: RequestContext, maxBytes: number): Promise<unknown> {
  const declared = Number(context.req.header('Content-Length') ?? 0);
  if (declared > maxBytes) {
    throw tooLarge(maxBytes);
  }
  const text = await readText(context.req.raw.body, maxBytes).catch((error: unknown) => {
    // A client that goes away in the middle is no failure of the site.
    throw error instanceof HttpError
      ? error
      : new HttpError(400, { detail: 'The body ended before it was complete.' });
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason =
      text.trim() === '' ? 'it is empty' : error instanceof Error ? error.message : String(error);
    throw new HttpError(400, { detail: `JSON parse error: the body is not JSON: ${reason}` });
  }
}

async function readText(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw tooLarge(maxBytes);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(maxBytes: number): HttpError {
  const detail = `The body is larger than the ${maxBytes} bytes that this site takes; simplify the extent or make several exports.`;
  // The rest of the body is not read, so the connection cannot be used again.
  return new HttpError(413, { detail }, { Connection: 'close' });
}
