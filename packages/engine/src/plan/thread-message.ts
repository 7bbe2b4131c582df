import type { FailureCode } from '@outcrop/contract';

import type { PostgisTable } from '../postgis/postgis-table.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import type { ExportRequest, PlanContext } from './request.ts';

/** What the engine's thread is asked to do. */
export type ThreadTask =
  | { readonly type: 'check'; readonly request: ExportRequest; readonly context: PlanContext }
  | {
      readonly type: 'survey';
      readonly source: GeoPackageTable | PostgisTable;
      readonly cacheFolder: string;
    };

/** Its answer: a value, or why there is none; the code is null for what is not an EngineError. */
export type ThreadAnswer =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly code: FailureCode | null;
      readonly detail: string;
      readonly retryable: boolean;
    };
