import { TimeoutError } from '../errors/timeout-error.ts';

/** The chunks of a body. A body that stands still for longer than `stallMs` fails, as a cut one does. */
export async function* readChunks(
  response: Response,
  stallMs: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await withinTime(reader.read(), stallMs);
      if (done) return;
      yield value as Uint8Array;
    }
  } finally {
    // Also frees the connection when the caller stops early; a body that has failed already says so again.
    await reader.cancel().catch(() => undefined);
  }
}

async function withinTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`No data for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
