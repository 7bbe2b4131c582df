import type { SiteLimits } from '../../catalogue/site-config.ts';
import type { Access } from '../app-parts.ts';
import type { RateBudget } from './rate-limiter.ts';

/** What is counted apart: reading, sending something to be worked on, and getting the key wrong. */
export type RateKind = 'reading' | 'submitting' | 'authentication';

/** A budget for each kind; null for no limit. */
export type RateBudgets = Readonly<Record<RateKind, RateBudget | null>>;

/**
 * Far above a person who polls every second, and above the SDK, which asks less and less often; far below what would keep
 * others waiting.
 */
const defaults: RateBudgets = {
  reading: { perMinute: 3000, burst: 1000 },
  submitting: { perMinute: 300, burst: 100 },
  authentication: { perMinute: 10, burst: 20 },
};

/** No limits. */
export const noBudgets: RateBudgets = { reading: null, submitting: null, authentication: null };

/** The budgets of a site. One that is open to its own machine has none but those that `outcrop.yaml` names. */
export function rateBudgets({ rates }: Pick<SiteLimits, 'rates'>, access: Access): RateBudgets {
  const usual = access === 'local' ? noBudgets : defaults;
  const budget = (kind: RateKind): RateBudget | null => {
    const configured = rates[kind];
    if (configured === undefined) return usual[kind];
    return configured === null ? null : { perMinute: configured.per_minute, burst: configured.burst };
  };
  return {
    reading: budget('reading'),
    submitting: budget('submitting'),
    authentication: budget('authentication'),
  };
}
