import { z } from 'zod';

import { knowsSecret } from '../admin/admin-secret.ts';
import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { HttpError, notFound } from '../http/http-error.ts';
import { readJsonBody } from '../http/read-json-body.ts';
import { administer, NotificationOrderError, notificationOrderSchema } from './administer.ts';

/** Where a running site takes orders about notifications from its own machine. Not part of the API. */
export const notificationOrdersPath = '/.outcrop/notifications';

/** Carries out orders of whoever knows the running site's secret. To others there is nothing here. */
export function takeNotificationOrders(parts: AppParts): (context: RequestContext) => Promise<Response> {
  return async (context) => {
    if (!knowsSecret(context, parts.adminSecret)) {
      throw notFound();
    }
    const order = notificationOrderSchema.safeParse(await readJsonBody(context, 10_000));
    if (!order.success) {
      throw new HttpError(400, { detail: z.prettifyError(order.error) });
    }
    try {
      return context.json(await administer(parts.database, order.data), 200, { 'Cache-Control': 'no-store' });
    } catch (error) {
      throw error instanceof NotificationOrderError ? new HttpError(400, { detail: error.message }) : error;
    }
  };
}
