/** A part of a run that one worker does. */
export interface TaskDraft {
  /** Items to make, by their place in the plan. */
  readonly items: readonly number[];
  /** Whether it packs the archive, when every other task of the run is done. */
  readonly packs: boolean;
  /** Of the run's time, as far as is known: all tasks together are 1. */
  readonly share: number;
  /** What it counts for in turns, in bytes. */
  readonly cost: number;
}

/** Items that come to less than this stay together: starting a task costs more than others would save. */
const bytesWorthATask = 64 * 1024 ** 2;
/** Of a run's time, what the items take; the rest packs. */
const itemsShare = 0.7;
/** What any task costs, however little it writes. */
const leastCost = 1024 ** 2;

/**
 * Takes a run apart, so that several workers can do a large one, and none does another's part for long. A small one is one task.
 *
 * @param itemBytes estimate of each item, unzipped.
 */
export function splitRun(itemBytes: readonly number[]): TaskDraft[] {
  const groups = groupItems(itemBytes);
  const total = sum(itemBytes);
  const [only] = groups;
  if (groups.length <= 1) {
    return [{ items: only?.items ?? [], packs: true, share: 1, cost: cost(total) }];
  }
  const tasks = groups.map(({ items, bytes }): TaskDraft => ({
    items,
    packs: false,
    share: itemsShare * (bytes / total),
    cost: cost(bytes * itemsShare),
  }));
  return [...tasks, { items: [], packs: true, share: 1 - itemsShare, cost: cost(total * (1 - itemsShare)) }];
}

interface Group {
  readonly items: number[];
  bytes: number;
}

function groupItems(itemBytes: readonly number[]): Group[] {
  const groups: Group[] = [];
  for (const [index, bytes] of itemBytes.entries()) {
    const last = groups.at(-1);
    if (last === undefined || last.bytes + bytes > bytesWorthATask) {
      groups.push({ items: [index], bytes });
    } else {
      last.items.push(index);
      last.bytes += bytes;
    }
  }
  return groups;
}

function cost(bytes: number): number {
  return leastCost + bytes;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
