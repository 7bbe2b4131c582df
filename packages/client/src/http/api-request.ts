/** What every method takes last. */
export interface RequestOptions {
  /** Aborts the call, which then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for one attempt. Default: the client's. */
  readonly timeoutMs?: number | undefined;
  /** Sent to the site besides the client's own headers; cannot replace `Authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** One request, before the client adds what all have in common. */
export interface ApiRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly url: URL;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it may be sent again without harm. Default: true for methods that only read. */
  readonly isRepeatable?: boolean;
  /**
   * What to do when the URL, or a redirect, leads to another origin. `refuse` for the API; `without-key` for
   * archives, which sites keep in an object store elsewhere.
   */
  readonly foreignOrigin?: 'refuse' | 'without-key';
  readonly options?: RequestOptions | undefined;
}

/** A success, read whole. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined where the body is empty. */
  readonly body: unknown;
}

/** The part of `fetch` that the client needs; anything with this shape can be injected. */
export type Fetch = (url: string, init: RequestInit) => Response | Promise<Response>;
