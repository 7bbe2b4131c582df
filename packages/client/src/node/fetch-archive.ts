import type { Fetch } from '../http/api-request.ts';
import { fetchInBlocks } from './fetch-in-blocks.ts';

const runtimeFetch = globalThis.fetch;

/**
 * A `fetch` for archives, faster than the runtime's. That one is used where a program has set it up for itself, and
 * for whatever cannot be had directly; what goes wrong is said by its errors.
 */
export const fetchArchive: Fetch = async (url, init) => {
  const direct = isFetchUntouched() ? await fetchInBlocks(url, init).catch(() => null) : null;
  init.signal?.throwIfAborted();
  return direct ?? fetch(url, init);
};

/** Proxies and recorders take the place of `fetch` or of its dispatcher, which undici keeps under this symbol. */
function isFetchUntouched(): boolean {
  const dispatcher: unknown = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'));
  const isOwn = dispatcher === undefined || dispatcher?.constructor.name === 'Agent';
  return isOwn && globalThis.fetch === runtimeFetch;
}
