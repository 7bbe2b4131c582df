import type { Loss } from '@outcrop/contract';

/** Collects what a format could not hold as it was, each thing once, with how often. */
export class LossLog {
  readonly #losses = new Map<string, { code: string; field?: string; count: number; detail: string }>();

  /** Adds to the loss of a code and field; the first detail stays. */
  add(code: string, detail: string, options: { field?: string; count?: number } = {}): void {
    const { field, count = 1 } = options;
    const key = `${code} ${field ?? ''}`;
    const known = this.#losses.get(key);
    if (known !== undefined) known.count += count;
    else this.#losses.set(key, { code, ...(field !== undefined && { field }), count, detail });
  }

  /** Whether anything of a code is known. */
  has(code: string): boolean {
    return this.entries().some((loss) => loss.code === code);
  }

  /** Adds what another log holds. */
  merge(losses: readonly Loss[]): void {
    for (const { code, detail, field, count } of losses) {
      this.add(code, detail, field === undefined ? { count } : { field, count });
    }
  }

  /** All losses, in the order of their first appearance. */
  entries(): Loss[] {
    return [...this.#losses.values()];
  }
}
