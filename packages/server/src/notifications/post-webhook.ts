import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';

import { guardedLookup } from './guarded-lookup.ts';
import { ForbiddenAddress, isAllowed, webhookProblem } from './webhook-address.ts';

/** How messages are posted. */
export interface PostOptions {
  readonly allowedHosts: readonly string[];
  /** Default: 10 s, for everything together. */
  readonly timeoutMs?: number;
  /** Default: those that Node knows, and `NODE_EXTRA_CA_CERTS`. */
  readonly certificateAuthority?: string;
  readonly lookup?: LookupFunction;
}

/** A message to post. */
export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is read of an answer before the connection is cut: nobody needs it, but most servers want to finish. */
const maxAnswerBytes = 64 * 1024;
const defaultTimeoutMs = 10_000;

/**
 * Posts a message, and gives the status of the answer. Redirects are not followed, no proxy is used, no cookie or key is
 * sent, and the body of the answer is not kept.
 *
 * @throws ForbiddenAddress where the site must not connect to the address; Error in words where nothing answers in time.
 */
export async function postWebhook(post: Post, options: PostOptions): Promise<number> {
  const problem = webhookProblem(post.url.href, options.allowedHosts);
  if (problem !== null) {
    throw new ForbiddenAddress(`The address ${problem}`);
  }
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await send(post, options, signal);
  } catch (error) {
    throw signal.aborted ? new Error(`No answer within ${timeoutMs / 1000} s`) : error;
  }
}

function send({ url, headers, body }: Post, options: PostOptions, signal: AbortSignal): Promise<number> {
  const isTrusted = isAllowed(url, options.allowedHosts);
  const lookup = options.lookup ?? guardedLookup();
  const settings: https.RequestOptions = {
    method: 'POST',
    // A connection of its own for each message: none is ever shared with one that was checked by other rules.
    agent: false,
    signal,
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    ...(isTrusted ? {} : { lookup }),
    ...(options.certificateAuthority === undefined ? {} : { ca: options.certificateAuthority }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, settings, (response) => {
      let bytes = 0;
      const finish = (): void => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (bytes > maxAnswerBytes) {
          finish();
        }
      });
      response.once('end', finish);
      // The status is known: what becomes of the rest is of no interest, unless the time is up.
      response.once('error', (error) => (signal.aborted ? reject(error) : finish()));
    });
    request.once('error', reject);
    request.end(body);
  });
}
