import { Agent, request } from 'node:http';

/** An answer, as far as a measurement looks at it. */
export interface TimedAnswer {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

/** Sends requests to one site over connections that are kept, which costs less than `fetch`: the load is on the same machine. */
export class HttpLoad implements Disposable {
  readonly #site: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity });

  constructor(site: string) {
    this.#site = new URL('/services/api/v1/', site);
  }

  /** Asks for a path below the API's root as the owner of a key; a body makes it a POST. Rejects where there is no answer. */
  send(key: string, path: string, body?: object): Promise<TimedAnswer> {
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, this.#site),
        {
          method: body === undefined ? 'GET' : 'POST',
          agent: this.#agent,
          headers: { authorization: `key ${key}`, 'content-type': 'application/json' },
          timeout: 60_000,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.once('error', reject);
          response.once('end', () =>
            resolve({ status: response.statusCode ?? 0, body: text, ms: performance.now() - started }),
          );
        },
      );
      sent.once('timeout', () => sent.destroy(new Error('no answer within 60 s')));
      sent.once('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
