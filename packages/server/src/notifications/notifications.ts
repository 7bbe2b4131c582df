import type { Logger } from 'pino';

import type { Site } from '../catalogue/site.ts';
import type { Config } from '../config.ts';
import { readVariable } from '../config.ts';
import type { Database, Queryable } from '../database/database.ts';
import type { EndedExport } from '../runs/announce.ts';
import type { Caller } from '../tokens/caller.ts';
import { Deliverer } from './deliverer.ts';
import { type DeliveryQueue, openDeliveryQueue } from './delivery-queue.ts';
import { findSubscribers, insertDeliveries, type NewDelivery, type Subscriber } from './delivery-store.ts';
import { openMailer } from './mailer.ts';
import { mailedEvents, usualEvents } from './notification-event.ts';
import type { NotifyRequest } from './notify-request.ts';
import type { PostOptions } from './post-webhook.ts';
import { readSiteWebhooks, type SiteWebhook } from './site-webhooks.ts';
import { webhookProblem } from './webhook-address.ts';

/** What telling people needs. */
export interface NotificationsParts {
  readonly database: Database;
  readonly site: Site;
  readonly config: Pick<Config, 'mail'>;
  readonly logger: Logger;
}

/** How deliveries are made, in the processes that make them. */
export interface DeliveryOptions {
  /** Whether no other process can be delivering: what one had begun that died is then begun again at once. */
  readonly isAlone: boolean;
  /** For tests: certificates, names and times of their own. */
  readonly posting?: Omit<PostOptions, 'allowedHosts'>;
}

/**
 * Tells people when an export ends. Whoever ends one calls `announce` in the same transaction, so that nothing is told that
 * did not happen, and nothing is forgotten that did; processes that `work` then deliver it, again and again for a day.
 */
export class Notifications {
  readonly #parts: NotificationsParts;
  readonly #queue: DeliveryQueue;
  readonly #webhooks: readonly SiteWebhook[];
  readonly #closers: (() => void)[] = [];

  private constructor(parts: NotificationsParts, queue: DeliveryQueue, webhooks: readonly SiteWebhook[]) {
    this.#parts = parts;
    this.#queue = queue;
    this.#webhooks = webhooks;
  }

  /** @throws SiteError where a webhook of `outcrop.yaml` names a secret that is not there. */
  static async open(parts: NotificationsParts): Promise<Notifications> {
    const webhooks = readSiteWebhooks(parts.site.config, readVariable);
    const onError = (error: Error): void => parts.logger.error({ err: error }, 'Notification:Queue:Failed');
    return new Notifications(parts, await openDeliveryQueue(parts.database, { onError }), webhooks);
  }

  /** What is wrong with what a caller wants to be told, in words. */
  async problems(caller: Caller, wanted: NotifyRequest): Promise<string[]> {
    const { site } = this.#parts;
    const problem =
      wanted.webhook === null
        ? null
        : webhookProblem(wanted.webhook, site.config.notifications.allowed_hosts);
    return [
      ...(problem === null ? [] : [`webhook: ${problem} (it is ${JSON.stringify(wanted.webhook)})`]),
      ...(wanted.email ? await this.#mailProblems(caller) : []),
    ];
  }

  /** Writes down what there is to tell of exports that came to an end, in the transaction that ended them. */
  readonly announce = async (transaction: Queryable, ended: readonly EndedExport[]): Promise<void> => {
    if (ended.length === 0) {
      return;
    }
    const exportIds = ended.map(({ exportId }) => exportId);
    const subscribers = new Map(
      (await findSubscribers(transaction, exportIds)).map((one) => [one.exportId, one]),
    );
    const deliveries = ended.flatMap((one) => this.#deliveriesOf(one, subscribers.get(one.exportId)));
    if (deliveries.length === 0) {
      return;
    }
    const deliveryIds = await insertDeliveries(transaction, deliveries);
    await this.#queue.add(deliveryIds, transaction);
  };

  /** Has this process look for something to tell at once, rather than within a second. */
  wake(): void {
    this.#queue.wake();
  }

  /** Starts delivering, in this process. */
  async work({ isAlone, posting = {} }: DeliveryOptions): Promise<void> {
    if (isAlone) {
      await this.#queue.takeOver();
    }
    const { site, config, database, logger } = this.#parts;
    const mailer = config.mail === null ? null : openMailer(config.mail);
    const deliverer = new Deliverer({
      database,
      site,
      webhooks: this.#webhooks,
      posting: { ...posting, allowedHosts: site.config.notifications.allowed_hosts },
      mailer,
      logger,
    });
    this.#closers.push(() => mailer?.close());
    this.#queue.work(deliverer);
  }

  /** Takes no more, and waits for the tries that go on: at most ten seconds or so. */
  async close(): Promise<void> {
    await this.#queue.close();
    for (const close of this.#closers) {
      close();
    }
  }

  async #mailProblems({ tokenId }: Caller): Promise<string[]> {
    const { config, database } = this.#parts;
    if (config.mail === null) {
      return ['email: this site sends no mail; poll the export, or use a webhook'];
    }
    const [row] = await database.query<{ email: string | null }>(
      'SELECT email FROM outcrop.tokens WHERE id = $1',
      [tokenId],
    );
    return (row?.email ?? null) === null
      ? ['email: your key has no mail address; ask the operator of the site to set one, or use a webhook']
      : [];
  }

  #deliveriesOf(ended: EndedExport, subscriber: Subscriber | undefined): NewDelivery[] {
    const { webhook = null, email = null } = subscriber ?? {};
    const isFor = (events: readonly string[]): boolean => events.includes(ended.event);
    return [
      ...this.#webhooks
        .filter(({ events }) => isFor(events))
        .map(({ url }): NewDelivery => ({ ...ended, channel: 'site-webhook', target: url })),
      ...(webhook !== null && isFor(usualEvents)
        ? [{ ...ended, channel: 'webhook' as const, target: webhook }]
        : []),
      ...(email !== null && isFor(mailedEvents)
        ? [{ ...ended, channel: 'email' as const, target: email }]
        : []),
    ];
  }
}
