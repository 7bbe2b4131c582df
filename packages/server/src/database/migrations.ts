import type { Migration } from './migration.ts';
import { tokensAndExports } from './migrations/0001-tokens-and-exports.ts';
import { sizesAndIdempotencyKeys } from './migrations/0002-sizes-and-idempotency-keys.ts';
import { runsAndTasks } from './migrations/0003-runs-and-tasks.ts';
import { secrets } from './migrations/0004-secrets.ts';
import { accessAndAudit } from './migrations/0005-access-and-audit.ts';
import { limits } from './migrations/0006-limits.ts';
import { notifications } from './migrations/0007-notifications.ts';
import { traceContext } from './migrations/0008-trace-context.ts';
import { expiry } from './migrations/0009-expiry.ts';
import { failuresOfTasks } from './migrations/0011-failures-of-tasks.ts';
import { plansWithoutAddresses } from './migrations/0010-plans-without-addresses.ts';

/** The schema, step by step. */
export const migrations: readonly Migration[] = [
  tokensAndExports,
  sizesAndIdempotencyKeys,
  runsAndTasks,
  secrets,
  accessAndAudit,
  limits,
  notifications,
  traceContext,
  expiry,
  plansWithoutAddresses,
  failuresOfTasks,
];

/** The number of the last step. */
export const latestMigration: number = Math.max(...migrations.map(({ id }) => id));
