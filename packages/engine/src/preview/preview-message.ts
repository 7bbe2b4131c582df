import type { FailureCode } from '@outcrop/contract';

import type { RegionInspectionRequest } from './inspect-region.ts';
import type { PreviewRequest } from './layer-preview.ts';

/** What the thread of previews is asked to do. */
export type PreviewTask =
  | { readonly type: 'preview'; readonly request: PreviewRequest }
  | { readonly type: 'region'; readonly request: RegionInspectionRequest }
  | { readonly type: 'crs-list' };

/** Its answer: a value, or why there is none; the code is null for what is not an EngineError. */
export type PreviewAnswer =
  | { readonly value: unknown }
  | { readonly code: FailureCode | null; readonly detail: string };
