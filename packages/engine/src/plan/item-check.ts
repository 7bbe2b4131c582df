import type { Reason } from '@outcrop/contract';

import type { Workshop } from '../run/item-pipeline.ts';
import type { ItemSample } from './item-sample.ts';
import type { ExportRequest, PlanContext, RequestedItem } from './request.ts';

/** The verdict on one item, in the order of the request. */
export interface ItemCheck {
  readonly item: string;
  readonly reasons: readonly Reason[];
  /** Features that will be written, as far as a sample tells; null for an invalid item, and where nobody asked. */
  readonly featureCount: number | null;
  /** Bytes of its files and texts. */
  readonly sizeEstimateUnzipped: number;
  readonly sizeEstimateZipped: number;
  readonly secondsEstimate: number | null;
}

/** What the check of one item may look at, and what all items share. */
export interface CheckScope {
  readonly request: ExportRequest;
  readonly context: PlanContext;
  readonly workshop: Workshop;
  /** What is said of the export as a whole, beside reasons. */
  readonly warnings: Set<string>;
  readonly samples: Map<string, ItemSample>;
  readonly isEstimated: boolean;
}

/** The verdict on an item that cannot be exported. */
export function refused({ item }: RequestedItem, reasons: readonly Reason[]): ItemCheck {
  return {
    item,
    reasons,
    featureCount: null,
    sizeEstimateUnzipped: 0,
    sizeEstimateZipped: 0,
    secondsEstimate: null,
  };
}

/** What is said of an extent that crosses itself, with the place. */
export function repairWarning(repaired: string): string {
  return `The extent crosses or touches itself and was repaired: ${repaired}. Check that it is the area you mean.`;
}
