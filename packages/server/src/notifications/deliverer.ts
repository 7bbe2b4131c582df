import type { Logger } from 'pino';

import type { Site } from '../catalogue/site.ts';
import type { Database } from '../database/database.ts';
import { apiRoot } from '../exports/api-root.ts';
import { findItemLayer, renderDetail } from '../http/render-export.ts';
import { findPending, noteGivenUp, noteTry, type PendingDelivery } from './delivery-store.ts';
import { mailExport } from './mail-export.ts';
import { isRefusedForGood, type Mailer } from './mailer.ts';
import { type PostOptions, postWebhook } from './post-webhook.ts';
import { signWebhook } from './sign-webhook.ts';
import { readSiteAddress } from './site-address.ts';
import type { SiteWebhook } from './site-webhooks.ts';
import { ForbiddenAddress } from './webhook-address.ts';
import { ownerSecret, readSiteSecrets } from './webhook-secrets.ts';

/** What delivering needs. */
export interface DelivererParts {
  readonly database: Database;
  readonly site: Site;
  readonly webhooks: readonly SiteWebhook[];
  readonly posting: PostOptions;
  /** Null where the site sends no mail. */
  readonly mailer: Mailer | null;
  readonly logger: Logger;
}

/** Something that no further try will mend, in words. */
class DeliveryRefused extends Error {
  override readonly name = 'DeliveryRefused';
}

/** The receiver wants no more (Standard Webhooks: HTTP 410). */
const goneStatus = 410;

/** Tells people: each call is one try of one delivery. */
export class Deliverer {
  readonly #parts: DelivererParts;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  /**
   * Tries a delivery and writes down how it went. One whose export is gone from the database, or that has been made, is left.
   *
   * @throws Error where it should be tried again later.
   */
  readonly attempt = async (deliveryId: string): Promise<void> => {
    const { database, logger } = this.#parts;
    const delivery = await findPending(database, deliveryId);
    if (delivery === null) {
      return;
    }
    const facts = {
      deliveryId,
      exportId: delivery.record.id,
      event: delivery.event,
      channel: delivery.channel,
    };
    try {
      const detail = await this.#deliver(delivery);
      await noteTry(database, deliveryId, { state: 'delivered', detail });
      logger.info(facts, 'Notification:Delivery:Done');
    } catch (error) {
      const detail = describeProblem(error);
      const isOver = error instanceof DeliveryRefused || error instanceof ForbiddenAddress;
      await noteTry(database, deliveryId, { state: isOver ? 'failed' : 'pending', detail });
      logger.warn(
        { ...facts, detail },
        isOver ? 'Notification:Delivery:GivenUp' : 'Notification:Delivery:Failed',
      );
      if (!isOver) {
        throw error;
      }
    }
  };

  /** Notes that there have been enough tries. */
  readonly giveUp = async (deliveryId: string): Promise<void> => {
    await noteGivenUp(this.#parts.database, deliveryId);
    this.#parts.logger.warn({ deliveryId }, 'Notification:Delivery:GivenUp');
  };

  /** What came of it, in words. */
  async #deliver(delivery: PendingDelivery): Promise<string> {
    return delivery.channel === 'email' ? this.#mail(delivery) : this.#post(delivery);
  }

  async #post(delivery: PendingDelivery): Promise<string> {
    const { database, posting } = this.#parts;
    const siteRoot = await readSiteAddress(database);
    const body = JSON.stringify(renderDetail(delivery.record, apiRoot(siteRoot)));
    const timestamp = Math.floor(Date.now() / 1000);
    const signed = signWebhook(
      { eventId: delivery.eventId, timestamp, body },
      await this.#secretsOf(delivery),
    );
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Outcrop-Webhooks',
      ...signed,
    };
    const status = await postWebhook({ url: new URL(delivery.target), headers, body }, posting);
    if (status === goneStatus) {
      throw new DeliveryRefused('HTTP 410: the receiver wants no more messages');
    }
    if (status < 200 || status > 299) {
      const hint =
        status >= 300 && status < 400 ? '; redirects are not followed, give the address they lead to' : '';
      throw new Error(`HTTP ${status}${hint}`);
    }
    return `HTTP ${status}`;
  }

  async #secretsOf({ channel, target, owner }: PendingDelivery): Promise<readonly string[]> {
    const siteSecrets = await readSiteSecrets(this.#parts.database);
    if (channel === 'webhook') {
      return siteSecrets.map((secret) => ownerSecret(secret, owner));
    }
    const configured = this.#parts.webhooks.find(({ url }) => url === target);
    if (configured === undefined) {
      throw new DeliveryRefused('The webhook is no longer in outcrop.yaml');
    }
    return configured.secret === null ? siteSecrets : [configured.secret];
  }

  async #mail({ record, target, eventId }: PendingDelivery): Promise<string> {
    const { database, mailer, site } = this.#parts;
    if (mailer === null) {
      throw new Error('The site has no mail server: SMTP_URL is not set');
    }
    const siteRoot = await readSiteAddress(database);
    const letter = mailExport({
      record,
      titles: record.request.items.map((item) => findItemLayer(site, item)?.title ?? item.item),
      siteTitle: site.config.title,
      siteRoot,
      expiresAt: null,
    });
    try {
      await mailer.send({ ...letter, to: target, messageId: `<${eventId}@${siteRoot.hostname}>` });
    } catch (error) {
      throw isRefusedForGood(error) ? new DeliveryRefused(describeProblem(error)) : error;
    }
    return 'The mail server has taken it';
  }
}

/** Words for whoever looks why nothing came. */
function describeProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return (message || code || 'It failed without a reason').replaceAll('\0', '').slice(0, 500);
}
