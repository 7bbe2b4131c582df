import type { PostgisAddress } from '@outcrop/engine';

import type { Engine } from '../engine.ts';
import type { LayerSource } from './site-layer.ts';

/** What is known is asked for again when it is older than this. */
const freshMs = 5000;

/** Whether what `outcrop.yaml` calls a file is the address of a database. */
export function isPostgisAddress(file: string): boolean {
  return /^postgres(ql)?:\/\//i.test(file);
}

/**
 * The PostGIS tables of a site. They are described when the site opens, and again in the background as they are asked
 * for: a site answers with what it knew a moment ago rather than wait for another server. What an export reads is
 * looked up again by the engine.
 */
export class PostgisSources {
  readonly #engine: Engine;
  readonly #known = new Map<string, { source: LayerSource; at: number }>();
  readonly #refreshing = new Map<string, Promise<void>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Describes tables now. One that cannot be read is no failure: it is known with the reason. */
  async describe(addresses: readonly PostgisAddress[]): Promise<void> {
    await Promise.all(addresses.map((address) => this.#refresh(address)));
  }

  /** The table as it was described last. */
  read(address: PostgisAddress): LayerSource {
    const known = this.#known.get(keyOf(address));
    if (known === undefined || Date.now() - known.at > freshMs) void this.#refresh(address);
    return known?.source ?? unavailable('The PostGIS database has not answered yet.');
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#refreshing.values());
  }

  #refresh(address: PostgisAddress): Promise<void> {
    const key = keyOf(address);
    const running =
      this.#refreshing.get(key) ?? this.#ask(address).finally(() => this.#refreshing.delete(key));
    this.#refreshing.set(key, running);
    return running;
  }

  async #ask(address: PostgisAddress): Promise<void> {
    const source = await this.#engine.describePostgisTable(address).then(
      ({ table, version }): LayerSource => ({ source: table, version, unavailable: null }),
      (error: unknown) => unavailable(error instanceof Error ? error.message : String(error)),
    );
    this.#known.set(keyOf(address), { source, at: Date.now() });
  }
}

function unavailable(reason: string): LayerSource {
  return { source: null, version: null, unavailable: reason };
}

function keyOf({ connection, table }: PostgisAddress): string {
  return JSON.stringify([connection, table]);
}
