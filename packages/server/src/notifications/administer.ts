import { z } from 'zod';

import type { Database, Queryable } from '../database/database.ts';
import { type DeliveryStatus, listDeliveries } from './delivery-store.ts';
import { emailProblem, setTokenEmail } from './token-email.ts';
import { ownerSecret, readSiteSecrets, renewSiteSecret } from './webhook-secrets.ts';

const tokenSchema = z.int().min(1).max(2_147_483_647);

/** What operators do about notifications. */
export const notificationOrderSchema = z.discriminatedUnion('order', [
  /** Shows the secret of the site, or of a token; renewing it renews all. */
  z.strictObject({ order: z.literal('secret'), token: tokenSchema.nullable(), renew: z.boolean() }),
  z.strictObject({
    order: z.literal('list'),
    state: z.enum(['pending', 'delivered', 'failed']).nullable(),
    limit: z.int().min(1).max(1000),
  }),
  /** Sets the mail address of a token; null takes it away. */
  z.strictObject({ order: z.literal('email'), token: tokenSchema, address: z.string().nullable() }),
]);

/** One of them. */
export type NotificationOrder = z.infer<typeof notificationOrderSchema>;

/** The answer to an order. */
export interface NotificationAnswer {
  readonly secret?: string;
  readonly deliveries?: readonly DeliveryStatus[];
}

/** An order that cannot be carried out, in words. */
export class NotificationOrderError extends Error {
  override readonly name = 'NotificationOrderError';
}

/**
 * Carries out an order.
 *
 * @throws NotificationOrderError for a token that is not there, or an address that is none.
 */
export async function administer(database: Database, order: NotificationOrder): Promise<NotificationAnswer> {
  if (order.order === 'list') {
    return { deliveries: await listDeliveries(database, order) };
  }
  return database.transaction(async (transaction) => {
    if (order.token !== null) {
      await requireToken(transaction, order.token);
    }
    return order.order === 'secret'
      ? { secret: await showSecret(transaction, order) }
      : setEmail(transaction, order);
  });
}

async function showSecret(
  transaction: Queryable,
  { token, renew }: { token: number | null; renew: boolean },
): Promise<string> {
  if (renew) {
    await renewSiteSecret(transaction);
  }
  const [siteSecret] = await readSiteSecrets(transaction);
  return token === null ? siteSecret : ownerSecret(siteSecret, token);
}

async function setEmail(
  transaction: Queryable,
  { token, address }: { token: number; address: string | null },
): Promise<NotificationAnswer> {
  const problem = address === null ? null : emailProblem(address);
  if (problem !== null) {
    throw new NotificationOrderError(problem);
  }
  await setTokenEmail(transaction, token, address);
  return {};
}

async function requireToken(transaction: Queryable, tokenId: number): Promise<void> {
  const found = await transaction.query('SELECT id FROM outcrop.tokens WHERE id = $1', [tokenId]);
  if (found.length === 0) {
    throw new NotificationOrderError(
      `There is no token ${tokenId}; its number is what \`outcrop token create --json\` calls id.`,
    );
  }
}
