import type { EndingEvent } from '../runs/announce.ts';

/** What can happen to an export that people are told of: the state that it came to. */
export const notificationEvents = [
  'complete',
  'error',
  'cancelled',
  'gone',
] as const satisfies readonly EndingEvent[];

/** One of them. */
export type NotificationEvent = (typeof notificationEvents)[number];

/** What a webhook hears of where it does not say. The owner of an export knows when its archive will be gone. */
export const usualEvents: readonly NotificationEvent[] = ['complete', 'error', 'cancelled'];

/** What is mailed: nobody needs a letter about what they cancelled. */
export const mailedEvents: readonly NotificationEvent[] = ['complete', 'error'];
