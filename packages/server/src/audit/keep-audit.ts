import type { Logger } from 'pino';

import type { Database } from '../database/database.ts';
import { forgetOldAudit } from './audit-log.ts';

const intervalMs = 60 * 60 * 1000;

/** Forgets old lines of the audit log now and every hour. The function that is given back stops it. */
export function keepAudit(database: Database, days: number | null, logger: Logger): () => Promise<void> {
  if (days === null) return async () => undefined;
  const forget = async (): Promise<void> => {
    try {
      const lines = await forgetOldAudit(database, days);
      if (lines > 0) logger.info({ lines, days }, 'Audit:Forget:Done');
    } catch (error) {
      logger.error({ err: error }, 'Audit:Forget:Failed');
    }
  };
  let running = forget();
  const timer = setInterval(() => {
    running = running.then(forget);
  }, intervalMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
