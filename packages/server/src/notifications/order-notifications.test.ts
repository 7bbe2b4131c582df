import { rm } from 'node:fs/promises';

import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startSite } from '../main.ts';
import { fakeEngine } from '../testing/fake-engine.ts';
import { writeTestFolder } from '../testing/test-site.ts';
import { createToken } from '../admin/manage-tokens.ts';
import { NotificationOrderError } from './administer.ts';
import { orderNotifications } from './order-notifications.ts';
import { notificationOrdersPath } from './take-orders.ts';

let folder: URL;

beforeAll(async () => {
  folder = await writeTestFolder();
});

afterAll(() => rm(folder, { recursive: true }));

test(
  'orders are carried out whether the site runs or not, and refused in words',
  { timeout: 60_000 },
  async () => {
    const { secret } = await orderNotifications(folder, { order: 'secret', token: null, renew: false });
    expect(secret).toMatch(/^whsec_/);
    const { id } = await createToken({ folder, scopes: ['exports:read'] });
    const server = await startSite({
      folder,
      port: 0,
      host: '127.0.0.1',
      publicUrl: null,
      anonymous: false,
      engine: fakeEngine(),
      logger: pino({ level: 'silent' }),
    });
    try {
      const same = await orderNotifications(folder, { order: 'secret', token: null, renew: false });
      const own = await orderNotifications(folder, { order: 'secret', token: id, renew: false });
      expect(same).toEqual({ secret });
      expect(own.secret).not.toBe(secret);
      const renewed = await orderNotifications(folder, { order: 'secret', token: null, renew: true });
      expect(renewed.secret).not.toBe(secret);
      expect(await orderNotifications(folder, { order: 'list', state: null, limit: 10 })).toEqual({
        deliveries: [],
      });
      const email = (token: number, address: string): Promise<unknown> =>
        orderNotifications(folder, { order: 'email', token, address });
      expect(await email(id, 'ana@example.org')).toEqual({});
      await expect(email(id, 'ana')).rejects.toThrow(NotificationOrderError);
      await expect(email(99, 'ana@example.org')).rejects.toThrow(/There is no token 99/);
      const stranger = await fetch(new URL(notificationOrdersPath, server.url), {
        method: 'POST',
        body: JSON.stringify({ order: 'secret', token: null, renew: false }),
      });
      expect(stranger.status).toBe(404);
    } finally {
      await server.close();
    }
  },
);
