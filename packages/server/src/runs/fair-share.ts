import type { Queryable } from '../database/database.ts';

/**
 * Turns by start-time fair queueing (Goyal, Vin and Cheng, 1996): every task gets a tag, the lowest comes first. A task's
 * tag is where its owner's last one ended, or where the clock is, if that is later; the clock is the tag of the task that
 * was taken last. So whoever waits with little is not behind all that another has waiting, however much that is, and nobody saves up turns.
 *
 * @param costs what each task counts for, in bytes, in the order in which they should be done.
 * @returns the tag of each.
 */
export async function takeTurns(
  transaction: Queryable,
  owner: number,
  costs: readonly number[],
): Promise<number[]> {
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  await forgetThePast(transaction);
  const [share] = await transaction.query<{ finish_tag: number }>(
    `INSERT INTO outcrop.fair_shares AS share (owner, finish_tag)
     SELECT $1, now + $2::double precision FROM outcrop.fair_clock
     ON CONFLICT (owner) DO UPDATE SET finish_tag =
       greatest(share.finish_tag, (SELECT now FROM outcrop.fair_clock)) + $2::double precision
     RETURNING finish_tag`,
    [owner, total],
  );
  let tag = (share?.finish_tag ?? 0) - total;
  return costs.map((cost) => {
    tag += cost;
    return tag - cost;
  });
}

/** When nobody waits and nothing runs, all are equal again. */
async function forgetThePast(transaction: Queryable): Promise<void> {
  await transaction.query(
    `UPDATE outcrop.fair_clock SET now = (SELECT max(finish_tag) FROM outcrop.fair_shares)
     WHERE NOT EXISTS (SELECT 1 FROM outcrop.tasks WHERE NOT done)
       AND now < (SELECT max(finish_tag) FROM outcrop.fair_shares)`,
  );
}
