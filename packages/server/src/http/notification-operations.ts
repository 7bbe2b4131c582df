import type { WireNotification } from '@outcrop/contract';
import { z } from 'zod';

import type { ApiVersion } from '../exports/api-root.ts';
import { type DeliveryStatus, listOwnDeliveries } from '../notifications/delivery-store.ts';
import { notificationEvents } from '../notifications/notification-event.ts';
import { ownerSecret, readSiteSecrets } from '../notifications/webhook-secrets.ts';
import { ownerOf } from '../tokens/caller.ts';
import { findOwn } from './find-own.ts';
import { defineOperation, type Operation } from './operation.ts';
import { idSchema } from './read-id.ts';
import { timeSchema } from './schemas/basic-schemas.ts';
import type { WireSchema } from './schemas/wire-schema.ts';

const notificationSchema = z
  .object({
    event_id: z.string().meta({ description: 'The same on every try; the header `webhook-id`.' }),
    event: z.enum(notificationEvents).meta({ description: 'The state that the export came to.' }),
    channel: z.enum(['webhook', 'email']),
    state: z.enum(['pending', 'delivered', 'failed']).meta({ description: '`failed` is not tried again.' }),
    tries: z.int().min(0),
    detail: z.string().nullable().meta({ description: 'What came of the last try, in words.' }),
    created_at: timeSchema,
    tried_at: timeSchema.nullable(),
  })
  .meta({
    id: 'Notification',
    description: 'One message about an export.',
  }) satisfies WireSchema<WireNotification>;

/** What became of telling people: extensions of ours (wire contract, section 21). */
export function notificationOperations(version: ApiVersion): Operation[] {
  return [listNotifications(version), getWebhookSecret(version)];
}

function listNotifications(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/exports/{id}/notifications/',
      id: 'listNotifications',
      tag: 'Exports',
      summary: 'Who was told of an export',
      description:
        'The messages that `notify` of the export asked for, and how far they are. Empty before its end.',
      scope: 'exports:read',
      params: z.object({ id: idSchema }),
      answers: { 200: { description: 'The messages.', body: z.array(notificationSchema) } },
    },
    async ({ parts, context, params }) => {
      const { id } = await findOwn(parts, context, params.id);
      return context.json((await listOwnDeliveries(parts.database, id)).map(renderNotification));
    },
  );
}

function getWebhookSecret(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/webhook-secret/',
      id: 'getWebhookSecret',
      tag: 'Exports',
      summary: 'The secret of your webhooks',
      description: 'What messages to the webhooks of your exports are signed with. Each token has its own.',
      scope: 'exports:write',
      answers: {
        200: {
          description: 'The secret, as Standard Webhooks writes it.',
          body: z.object({ secret: z.string().regex(/^whsec_/) }).meta({ id: 'WebhookSecret' }),
        },
      },
    },
    async ({ parts, context }) => {
      const [siteSecret] = await readSiteSecrets(parts.database);
      const secret = ownerSecret(siteSecret, ownerOf(context.get('caller')));
      return context.json({ secret }, 200, { 'Cache-Control': 'no-store' });
    },
  );
}

function renderNotification(status: DeliveryStatus): WireNotification {
  const { event, event_id: eventId, channel, state, tries, detail, created_at: createdAt } = status;
  return {
    event_id: eventId,
    event,
    channel: channel === 'email' ? 'email' : 'webhook',
    state,
    tries,
    detail,
    created_at: createdAt,
    tried_at: status.tried_at,
  };
}
