import { Client, type ClientOptions } from '../../client.ts';

/** The key of the tests; it must turn up at its own site and nowhere else. */
export const testKey = '0123456789abcdef0123456789abcdef';

/** A client that does not keep a test waiting between its repetitions. */
export function localClient(url: URL, options: ClientOptions = {}): Client {
  return new Client(url, { apiKey: testKey, retry: { minMs: 1, maxMs: 2000 }, ...options });
}
