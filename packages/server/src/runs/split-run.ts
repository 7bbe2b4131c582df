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
  /** How long it may take, to tell those who wait. */
  readonly seconds: number;
}

/** What is known of an item before it is made. */
export interface ItemEstimate {
  /** Unzipped. */
  readonly bytes: number;
  /** 0 where that is not known. */
  readonly seconds: number;
}

/** Items that come to less than this stay together: starting a task costs more than others would save. */
const bytesWorthATask = 64 * 1024 ** 2;
/** Of a run's time, what the items take; the rest packs. */
const itemsShare = 0.7;
/** What any task costs, however little it writes. */
const leastCost = 1024 ** 2;

/**
 * Takes a run apart, so that several workers can do a large one, and none does another's part for long. A small one is one
 * task.
 */
export function splitRun(estimates: readonly ItemEstimate[]): TaskDraft[] {
  const groups = groupItems(estimates);
  const bytes = sum(groups.map((group) => group.bytes));
  const seconds = sum(groups.map((group) => group.seconds));
  const [only] = groups;
  if (groups.length <= 1) {
    return [{ items: only?.items ?? [], packs: true, share: 1, cost: cost(bytes), seconds }];
  }
  const tasks = groups.map((group): TaskDraft => ({
    items: group.items,
    packs: false,
    share: itemsShare * (group.bytes / bytes),
    cost: cost(group.bytes * itemsShare),
    seconds: group.seconds * itemsShare,
  }));
  const rest = 1 - itemsShare;
  return [
    ...tasks,
    { items: [], packs: true, share: rest, cost: cost(bytes * rest), seconds: seconds * rest },
  ];
}

interface Group {
  readonly items: number[];
  bytes: number;
  seconds: number;
}

function groupItems(estimates: readonly ItemEstimate[]): Group[] {
  const groups: Group[] = [];
  for (const [index, { bytes, seconds }] of estimates.entries()) {
    const last = groups.at(-1);
    if (last === undefined || last.bytes + bytes > bytesWorthATask) {
      groups.push({ items: [index], bytes, seconds });
    } else {
      last.items.push(index);
      last.bytes += bytes;
      last.seconds += seconds;
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
