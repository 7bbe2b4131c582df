import type { ExportPlan } from '@outcrop/engine';

import type { Database } from '../database/database.ts';
import type { ExportRecord } from '../exports/export-record.ts';
import { ExportStore } from '../exports/export-store.ts';
import { RunStore } from '../runs/run-store.ts';
import { splitRun } from '../runs/split-run.ts';
import { type Caller, localUser, ownerOf } from '../tokens/caller.ts';

/** A plan without items. */
const emptyPlan: ExportPlan = {
  name: 'kx-a',
  crs: null,
  region: null,
  cropMode: 'clip',
  coordinatePrecision: null,
  items: [],
  cacheFolder: '',
  operations: {},
  body: { z: 1, a: 1.5 },
};

/** What a test decides of an export. */
export interface NewExportOptions {
  readonly caller?: Caller;
  /** Bytes of each item. */
  readonly itemBytes?: readonly number[];
  readonly canonicalKey?: string | null;
  /** Called in the transaction, which is rolled back if it throws. */
  readonly before?: () => void;
}

/** Writes an export and its run, as a create does, without looking at data. */
export function writeExport(database: Database, options: NewExportOptions = {}): Promise<ExportRecord> {
  const { caller = localUser, itemBytes = [1], canonicalKey = null } = options;
  const created = {
    name: 'kx-a',
    request: { items: [{ item: 'layers/1/' }], formats: {}, crs: null, extent: null, options: {} },
    warnings: ['w'],
    notify: null,
    sizeEstimateZipped: 1e12,
    sizeEstimateUnzipped: 2e12,
  };
  return database.transaction(async (transaction) => {
    const run = await new RunStore(database).join(
      {
        owner: ownerOf(caller),
        canonicalKey,
        plan: emptyPlan,
        tasks: splitRun(itemBytes.map((bytes) => ({ bytes, seconds: 10 }))),
      },
      transaction,
    );
    const record = await new ExportStore(database).insert(caller, { ...created, run }, transaction);
    options.before?.();
    return record;
  });
}
