import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { loopbackCertificate } from './loopback-certificate.ts';

/** A message as it arrived. */
export interface ReceivedMessage {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** How a receiver answers. Not ending the response leaves the sender waiting. */
export type ReceiverAnswer = (response: http.ServerResponse, message: ReceivedMessage) => void;

/** A server on loopback that webhooks are posted to. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: URL;
  readonly port: number;
  readonly received: readonly ReceivedMessage[];
  /** May be replaced at any time. */
  answer: ReceiverAnswer;
  /** Resolves once so many messages have arrived since the last `forget`. */
  waitFor(count: number): Promise<void>;
  /** Forgets what has arrived, and takes everything again. */
  forget(): void;
}

/** Answers with a status and nothing else. */
export function withStatus(status: number, headers: http.OutgoingHttpHeaders = {}): ReceiverAnswer {
  return (response) => response.writeHead(status, headers).end();
}

/** Starts a receiver, which takes everything until it is told otherwise. */
export async function startWebhookReceiver(
  options: { isSecure?: boolean; port?: number } = {},
): Promise<WebhookReceiver> {
  const received: ReceivedMessage[] = [];
  const waiting = new Set<() => void>();
  const receiver = {
    answer: withStatus(204),
  };
  const listener: http.RequestListener = (request, response) => {
    void text(request).then((body) => {
      const message = { path: request.url ?? '', headers: request.headers, body };
      received.push(message);
      receiver.answer(response, message);
      for (const look of waiting) {
        look();
      }
    });
  };
  const isSecure = options.isSecure ?? false;
  const server = isSecure ? https.createServer(loopbackCertificate, listener) : http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, {
    url: new URL(`${isSecure ? 'https' : 'http'}://127.0.0.1:${port}/hook`),
    port,
    received,
    forget() {
      received.length = 0;
      receiver.answer = withStatus(204);
    },
    waitFor: (count: number) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (received.length >= count) {
            waiting.delete(look);
            resolve();
          }
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
