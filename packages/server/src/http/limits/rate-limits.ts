import type { LimitCode } from '@outcrop/contract';
import type { MiddlewareHandler } from 'hono';

import type { Caller } from '../../tokens/caller.ts';
import type { AppEnvironment, RequestContext } from '../app-parts.ts';
import { HttpError } from '../http-error.ts';
import type { RateBudgets, RateKind } from './rate-budgets.ts';
import { RateLimiter } from './rate-limiter.ts';
import { askerOf, remoteAddress, type TrustedProxies } from './remote-address.ts';
import { inSeconds, tooManyRequests } from './too-many-requests.ts';

/** What limits rates. */
export interface RateLimitOptions {
  readonly budgets: RateBudgets;
  readonly trustedProxies: TrustedProxies;
  /** Milliseconds. Default: a clock that never goes back. */
  readonly now?: () => number;
}

/** Tokens that are remembered as good, so that guesses made from their address do not shut them out. */
const mostKnownTokens = 10_000;

const words: Readonly<Record<RateKind, { readonly code: LimitCode; readonly what: string }>> = {
  reading: { code: 'rate-reading', what: 'requests' },
  submitting: { code: 'rate-submitting', what: 'exports, changes, validations and regions' },
  authentication: { code: 'rate-authentication', what: 'requests with a token or code that is not known' },
};

/**
 * How many requests each asker may make: by token, and by address for those that have none. A key that is not known counts
 * against the address, and once too many did, no other key is tried from there, whether it is right or not. The counts
 * are this process's own: with N API processes an asker gets up to N times as much.
 */
export class RateLimits {
  readonly #limiters: Readonly<Record<RateKind, RateLimiter | null>>;
  readonly #budgets: RateBudgets;
  readonly #trustedProxies: TrustedProxies;
  readonly #knownTokens = new Set<number>();

  constructor({ budgets, trustedProxies, now = () => performance.now() }: RateLimitOptions) {
    const limiter = (kind: RateKind): RateLimiter | null => {
      const budget = budgets[kind];
      return budget === null ? null : new RateLimiter(budget, now);
    };
    this.#budgets = budgets;
    this.#trustedProxies = trustedProxies;
    this.#limiters = {
      reading: limiter('reading'),
      submitting: limiter('submitting'),
      authentication: limiter('authentication'),
    };
  }

  /**
   * Finds out who asks by `identify`, and counts the request.
   *
   * @throws HttpError 429; what `identify` throws.
   */
  async admit(context: RequestContext, identify: () => Promise<Caller>): Promise<Caller> {
    const address = this.#addressOf(context);
    const caller = await identify().catch((error: unknown) => {
      const isGuess = context.req.header('Authorization') !== undefined;
      this.#take(isGuess ? 'authentication' : 'reading', address);
      throw error;
    });
    const { tokenId } = caller;
    if (tokenId !== null && !this.#knownTokens.has(tokenId)) {
      this.#refuseGuessers(address);
      this.#remember(tokenId);
    }
    this.#take(kindOf(context), tokenId === null ? address : `token ${tokenId}`);
    return caller;
  }

  /** For what anyone may ask: counts against the address. */
  readonly admitAnyone: MiddlewareHandler<AppEnvironment> = async (context, next) => {
    this.#take(kindOf(context), this.#addressOf(context));
    await next();
  };

  /** For what is opened by a secret in the request itself, such as a code: one that is not known counts as a guess. */
  admitSecret(
    handle: (context: RequestContext) => Promise<Response>,
  ): (context: RequestContext) => Promise<Response> {
    return async (context) => {
      const address = this.#addressOf(context);
      this.#refuseGuessers(address);
      try {
        return await handle(context);
      } catch (error) {
        const isGuess = error instanceof HttpError && (error.status === 401 || error.status === 404);
        if (isGuess) this.#take('authentication', address);
        throw error;
      }
    };
  }

  #addressOf(context: RequestContext): string {
    // In process there is no connection.
    const peer = context.env?.incoming?.socket.remoteAddress;
    return askerOf(remoteAddress(peer, context.req.header('X-Forwarded-For'), this.#trustedProxies));
  }

  #remember(tokenId: number): void {
    this.#knownTokens.add(tokenId);
    const [oldest] = this.#knownTokens;
    if (this.#knownTokens.size > mostKnownTokens && oldest !== undefined) this.#knownTokens.delete(oldest);
  }

  #refuseGuessers(address: string): void {
    const waitMs = this.#limiters.authentication?.waitMs(address) ?? 0;
    if (waitMs > 0) this.#refuse('authentication', waitMs);
  }

  #take(kind: RateKind, key: string): void {
    const waitMs = this.#limiters[kind]?.take(key) ?? 0;
    if (waitMs > 0) this.#refuse(kind, waitMs);
  }

  #refuse(kind: RateKind, waitMs: number): never {
    const limit = this.#budgets[kind]?.perMinute ?? 0;
    const { code, what } = words[kind];
    const detail = `Too many ${what}: this site takes ${limit} a minute; come back in ${inSeconds(waitMs)} s.`;
    throw tooManyRequests({ code, detail, limit, waitMs });
  }
}

/** What is cancelled is not counted as sent: who has sent too much must be able to take it back. */
function kindOf({ req }: RequestContext): RateKind {
  return ['POST', 'PATCH', 'PUT'].includes(req.method) ? 'submitting' : 'reading';
}
