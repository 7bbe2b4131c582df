import type { SiteConfig } from '../catalogue/site-config.ts';
import { SiteError } from '../catalogue/site-error.ts';
import type { NotificationEvent } from './notification-event.ts';

/** A webhook that hears of all exports of a site. */
export interface SiteWebhook {
  readonly url: string;
  readonly events: readonly NotificationEvent[];
  /** Null for the site's own secret. */
  readonly secret: string | null;
}

const minSecretLength = 16;

/**
 * The webhooks of `outcrop.yaml`, with their secrets.
 *
 * @param readVariable reads a variable of the environment; null where it is not set.
 * @throws SiteError where a secret is named that is not there, or is too short to be one.
 */
export function readSiteWebhooks(
  config: Pick<SiteConfig, 'notifications'>,
  readVariable: (name: string) => string | null,
): SiteWebhook[] {
  return config.notifications.webhooks.map(({ url, events, secret_env: variable }, index) => {
    const secret = variable === undefined ? null : readVariable(variable);
    if (variable !== undefined && (secret === null || secret.length < minSecretLength)) {
      const problem =
        secret === null ? 'which is not set' : `which has fewer than ${minSecretLength} characters`;
      throw new SiteError(
        `outcrop.yaml: notifications.webhooks.${index}.secret_env names the environment variable ${variable}, ${problem}. Set it, or leave secret_env out to sign with the site's own secret.`,
      );
    }
    return { url, events, secret };
  });
}
