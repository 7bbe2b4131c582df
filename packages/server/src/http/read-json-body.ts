import type { RequestContext } from './app-parts.ts';
import { HttpError } from './http-error.ts';

/** How much of a body that is too large is read and thrown away, and for how long. */
const discardedBytes = 64 * 1024 * 1024;
const discardMs = 1000;

/**
 * Reads a JSON body, and keeps no more of it than is allowed.
 *
 * @throws HttpError 413 where it is too large, 400 where it is not JSON.
 */
export async function readJsonBody(context: RequestContext, maxBytes: number): Promise<unknown> {
  const declared = Number(context.req.header('Content-Length') ?? 0);
  const text = await readText(context.req.raw.body, { declared, maxBytes }).catch((error: unknown) => {
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

async function readText(
  body: ReadableStream<Uint8Array> | null,
  { declared, maxBytes }: { declared: number; maxBytes: number },
): Promise<string> {
  if (body === null) {
    return '';
  }
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = declared > maxBytes ? declared : 0;
  while (bytes <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) {
      return Buffer.concat(chunks).toString('utf8');
    }
    bytes += value.byteLength;
    chunks.push(value);
  }
  await discard(reader);
  throw tooLarge(maxBytes);
}

/** A client whose connection is cut while it sends never sees the answer, so what is too much is taken, within bounds. */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const stop = (): void => void reader.cancel().catch(() => undefined);
  const timer = setTimeout(stop, discardMs);
  try {
    for (let bytes = 0; bytes < discardedBytes;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      bytes += value.byteLength;
    }
  } finally {
    clearTimeout(timer);
    stop();
  }
}

function tooLarge(maxBytes: number): HttpError {
  const detail = `The body is larger than the ${maxBytes} bytes that this site takes; simplify the extent or make several exports.`;
  return new HttpError(413, { detail });
}
