import { createServer } from 'node:http';

import { getRequestListener, type HttpBindings } from '@hono/node-server';

import { Connections } from './connections.ts';
import { SiteError } from '../catalogue/site-error.ts';
import { sendIfFile } from './send-file-part.ts';
import { answerHeaders } from './security-headers.ts';
import { limitSockets, serverOptions, socketLimits } from './socket-limits.ts';

type Answer = (request: Request, environment: HttpBindings) => Response | Promise<Response>;

/** A socket that takes requests. */
export interface HttpServer {
  /** The address that is listened on. */
  readonly url: URL;
  /** Until this is called, every request is told to come back later. */
  answerWith(answer: Answer): void;
  /** Stops listening, and ends all connections once what was asked is answered, or after so long. Default: at once. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Listens on a host and port, 0 for any that is free.
 *
 * @param limits of its connections.
 *
 * @throws SiteError where the port is taken or the address is not this machine's.
 */
export async function listen(host: string, port: number, limits = socketLimits): Promise<HttpServer> {
  const headers = answerHeaders(new URL('http://localhost/'));
  let answer: Answer = () =>
    Response.json(
      { detail: 'The site is starting.' },
      { status: 503, headers: { ...headers, 'Retry-After': '1' } },
    );
  const listener = getRequestListener(
    async (request, environment) => {
      const bindings = environment as HttpBindings;
      return sendIfFile(await answer(request, bindings), bindings.outgoing);
    },
    {
      errorHandler: () => Response.json({ detail: 'The request cannot be read.' }, { status: 400, headers }),
    },
  );
  const server = createServer(
    serverOptions(limits),
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  limitSockets(server, limits, headers);
  const connections = new Connections(server, limits);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new SiteError(`The site cannot listen on ${host}:${port}: ${error.message}. Choose another port.`),
      ),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: new URL(`http://${urlHost(host)}:${actualPort}/`),
    answerWith(next) {
      answer = next;
    },
    close: (graceMs = 0) => connections.close(graceMs),
  };
}

/** A host as it stands in an address. One that means "all of this machine's" becomes one that can be called. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') {
    return '127.0.0.1';
  }
  return host.includes(':') ? `[${host}]` : host;
}
