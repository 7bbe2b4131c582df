import { expect, test } from 'vitest';

import { signWebhook } from './sign-webhook.ts';

test('signs as the example of Standard Webhooks says', () => {
  // The test vector of the specification's own libraries.
  const headers = signWebhook(
    {
      eventId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    },
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  );
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('there is a signature for each secret, by which a secret can be changed', () => {
  const message = { eventId: 'a', timestamp: 1, body: '{}' };
  const both = signWebhook(message, ['whsec_AAAA', 'another secret text'])['webhook-signature'];
  expect(both).toBe(
    [
      signWebhook(message, ['whsec_AAAA'])['webhook-signature'],
      signWebhook(message, ['another secret text'])['webhook-signature'],
    ].join(' '),
  );
});
