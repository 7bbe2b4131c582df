import { createHmac } from 'node:crypto';

/** A message as it is signed. */
export interface WebhookMessage {
  /** The same on every try. */
  readonly eventId: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The headers of a webhook, by the conventions of Standard Webhooks 1.0 (`webhook-id`, `webhook-timestamp`,
 * `webhook-signature`): one signature for each secret, so that a secret can be changed without losing a message.
 */
export function signWebhook(message: WebhookMessage, secrets: readonly string[]): Record<string, string> {
  const signed = `${message.eventId}.${message.timestamp}.${message.body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secretBytes(secret)).update(signed).digest('base64')}`,
  );
  return {
    'webhook-id': message.eventId,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/** The key of a secret: what follows `whsec_` is base64; any other text is its own key. */
export function secretBytes(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
}
