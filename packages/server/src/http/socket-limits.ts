import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Config } from '../config.ts';
import { isLoopback } from './cross-origin.ts';
import { isTrusted } from './limits/remote-address.ts';

/** How much of the server one connection may take, and for how long. */
export interface SocketLimits {
  /** Bytes of the request line and all headers. */
  readonly headerBytes: number;
  readonly headers: number;
  /** How long a request's headers may take to arrive. */
  readonly headersMs: number;
  /** How long a whole request may: a file of 30 MB on a slow line. */
  readonly requestMs: number;
  /** How long a connection is kept for the next request: longer than proxies keep theirs. */
  readonly idleMs: number;
  /** How long a client may take nothing of an answer. */
  readonly stalledMs: number;
  readonly connections: number;
  /** Of those, what one address may have: of IPv6 one network of 64 bits. */
  readonly connectionsPerAddress: number;
  /** Whether an address may have as many as it likes: this machine, and proxies, behind which are many people. */
  readonly isExempt: (address: string) => boolean;
}

/** What a site is served with. */
export const socketLimits: SocketLimits = {
  headerBytes: 16 * 1024,
  headers: 100,
  headersMs: 15_000,
  requestMs: 300_000,
  idleMs: 65_000,
  stalledMs: 60_000,
  connections: 4000,
  connectionsPerAddress: 256,
  isExempt: isLoopback,
};

/** The limits of a process, as it is configured. */
export function socketLimitsOf({
  maxConnections,
  maxConnectionsPerAddress,
  trustedProxies,
}: Pick<Config, 'maxConnections' | 'maxConnectionsPerAddress' | 'trustedProxies'>): SocketLimits {
  return {
    ...socketLimits,
    connections: maxConnections,
    connectionsPerAddress: maxConnectionsPerAddress,
    isExempt: (address) => isLoopback(address) || isTrusted(address, trustedProxies),
  };
}

/** What must be said when the server is made. */
export function serverOptions(limits: SocketLimits): ServerOptions {
  return {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(2000, limits.headersMs / 2),
  };
}

/**
 * Sets the rest of the limits. What is no HTTP is answered with a problem, as everything else is, and the connection ends.
 *
 * @param headers of the answer to what is no HTTP.
 */
export function limitSockets(
  server: Server,
  limits: SocketLimits,
  headers: Readonly<Record<string, string>>,
): void {
  server.maxConnections = limits.connections;
  server.maxHeadersCount = limits.headers;
  // Of a socket that nothing moves on. Between requests, `keepAliveTimeout` takes its place.
  server.timeout = limits.stalledMs;
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    // Heard here, silence does not end the connection: a long check sends nothing. Bytes that nobody takes do.
    response.on('timeout', (socket: Duplex) => {
      if (socket.writableLength > 0) socket.destroy();
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(rawAnswer(error.code, headers));
  });
}

const problems: Readonly<Record<string, readonly [status: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
};

function rawAnswer(code: string | undefined, headers: Readonly<Record<string, string>>): string {
  const [status, detail] = problems[code ?? ''] ?? ['400 Bad Request', 'The request is not HTTP.'];
  const body = JSON.stringify({ detail });
  const lines = Object.entries({
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status}`, ...lines, '', body].join('\r\n');
}
