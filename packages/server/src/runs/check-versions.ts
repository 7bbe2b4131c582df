import { EngineError, type ExportPlan } from '@outcrop/engine';

import type { Engine } from '../engine.ts';

/** What tells which version of its data a file holds. */
export type VersionReader = Pick<Engine, 'sourceVersion' | 'rasterVersion'>;

/**
 * Makes sure that the data are still those that were asked for: the archive says which version it holds, and others who ask
 * for that version get the same archive. A table of a database has no version that is known for sure.
 *
 * @param items of the plan, by their place in it.
 * @throws EngineError `source-changed`.
 */
export function checkVersions(plan: ExportPlan, items: readonly number[], engine: VersionReader): void {
  for (const index of items) {
    const layer = plan.items[index]?.layer;
    if (layer === undefined || !('path' in layer.source)) {
      continue;
    }
    const { source } = layer;
    const version = 'table' in source ? engine.sourceVersion(source.path) : engine.rasterVersion(source.path);
    if (version !== layer.version) {
      throw new EngineError(
        'source-changed',
        `The data of ${JSON.stringify(layer.title)} have changed since the export was asked for; ask for it again to get them as they are now.`,
      );
    }
  }
}
