/// <reference lib="esnext.disposable" />

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a loopback site got. */
interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request. */
export type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

/** What a site answers, by `METHOD path`; of a list each answer serves once and the last one for good. */
export type Routes = Readonly<Record<string, Answer | readonly Answer[]>>;

/** A real HTTP server on this machine that says what a test tells it to. */
export interface LoopbackSite extends AsyncDisposable {
  readonly url: URL;
  readonly requests: readonly ReceivedRequest[];
}

/** Starts a site. Paths are relative to `/services/api/v1/` unless they start with a slash. */
export async function startLoopbackSite(routes: Routes): Promise<LoopbackSite> {
  const requests: ReceivedRequest[] = [];
  const served = new Map<string, number>();
  const server = createServer((incoming, response) => {
    void receive(incoming).then((request) => {
      requests.push(request);
      const route = Object.keys(routes).find((key) => routeKey(key) === `${request.method} ${request.path}`);
      const answers =
        route === undefined ? [json(404, { detail: 'Not found.' })] : [routes[route] ?? []].flat();
      const turn = served.get(route ?? '') ?? 0;
      served.set(route ?? '', turn + 1);
      answers[Math.min(turn, answers.length - 1)]?.(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer in JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** An answer with a body of its own, or none. */
export function plain(
  status: number,
  body: string | Uint8Array = '',
  headers: Record<string, string> = {},
): Answer {
  return (response) => {
    response.writeHead(status, headers).end(body);
  };
}

function routeKey(key: string): string {
  const [method, path = ''] = key.split(' ');
  return `${method} ${path.startsWith('/') ? path : `/services/api/v1/${path}`}`;
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = '', url: path = '', headers } = incoming;
  return { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
}
