import type { Reason } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import type { ExportPlan } from './plan.ts';
import type { ExportRequest, PlanContext } from './request.ts';

/** The verdict on one item, in the order of the request. */
export interface ItemCheck {
  readonly item: string;
  readonly reasons: readonly Reason[];
  /** Features that will be written, as far as the index tells; null for an invalid item. */
  readonly featureCount: number | null;
  /** Bytes. */
  readonly sizeEstimateUnzipped: number;
  readonly sizeEstimateZipped: number;
  readonly secondsEstimate: number | null;
}

/** The verdict on a request: a plan where it is valid, the reasons where it is not, and what it will cost. */
export interface ExportCheck {
  /** Null where anything is invalid. */
  readonly plan: ExportPlan | null;
  readonly isValid: boolean;
  /** Name of the archive, without `.zip`. */
  readonly name: string;
  /** Reasons that concern the export as a whole. */
  readonly reasons: readonly Reason[];
  readonly items: readonly ItemCheck[];
  readonly warnings: readonly string[];
  readonly sizeEstimateZipped: number;
}

/**
 * Checks a request against the layers' schemas and their data, and plans it. Starts nothing but what it must read:
 * the first check of a layer surveys it, which takes a scan of its table; later ones take milliseconds.
 */
export async function checkExport(request: ExportRequest, context: PlanContext): Promise<ExportCheck> {
  throw new EngineError('internal', `not built yet ${request.name} ${context.sitePrefix}`);
}
