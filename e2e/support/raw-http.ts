import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** An answer as it came over the wire: no redirect was followed, nothing was decoded. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is sent, but for its address. */
export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends one request on a connection of its own. */
export async function send(
  address: string,
  { method = 'GET', headers = {}, body }: RawRequest = {},
): Promise<RawAnswer> {
  const outgoing = request(address, { method, headers, agent: false });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) };
}

/** The body of an answer as JSON; an answer that is not JSON is a failure. */
export function json<T = Record<string, unknown>>(answer: RawAnswer): T {
  if (!/^application\/json\b/.test(answer.headers['content-type'] ?? '')) {
    throw new Error(`HTTP ${answer.status} is not JSON: ${answer.body.toString().slice(0, 500)}`);
  }
  return JSON.parse(answer.body.toString()) as T;
}
