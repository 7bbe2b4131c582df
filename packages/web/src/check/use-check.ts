import {
  Export,
  type ExportValidationResponse,
  isExportsError,
  RateLimitError,
  ValidationError,
  type ValidationIssue,
} from '@outcrop/client';
import type { WireExportRequest } from '@outcrop/contract';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { siteClient } from '../api/client.ts';
import { fromWireItem } from '../request/item-choices.ts';
import { useDebounced } from './use-debounced.ts';

const pauseMs = 350;

/** What the site says of a draft. */
export interface Check {
  /** The last verdict; it may be of an earlier draft. */
  readonly verdict: ExportValidationResponse | null;
  /** What is wrong with the request itself, by field. */
  readonly issues: readonly ValidationIssue[];
  /** Whether the verdict is not yet that of the draft as it is. */
  readonly isStale: boolean;
  /** Seconds until the site takes checks again; null where it does. */
  readonly waitSeconds: number | null;
  /** Any other failure. */
  readonly error: unknown;
}

interface Answer {
  readonly verdict: ExportValidationResponse | null;
  readonly issues: readonly ValidationIssue[];
}

/** Checks a request a moment after it has changed. An answer to an earlier request never replaces that of a later one. */
export function useCheck(wanted: Export | null): Check {
  const request = wanted === null ? '' : JSON.stringify(wanted.toRequest());
  const settled = useDebounced(request, pauseMs);
  const query = useQuery({
    queryKey: ['check', settled],
    enabled: settled !== '',
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    structuralSharing: false,
    queryFn: ({ signal }) => ask(settled, signal),
    retry: (failures, error) => isExportsError(error, 'rate-limited') && failures < 10,
    retryDelay: (_, error) => waitOf(error) * 1000,
  });
  const waiting = query.failureReason === null ? null : waitOf(query.failureReason);
  const isStale = settled !== request || query.isFetching || query.isPlaceholderData;
  return {
    verdict: settled === '' ? null : (query.data?.verdict ?? null),
    issues: settled === '' ? [] : (query.data?.issues ?? []),
    isStale: request !== '' && isStale,
    waitSeconds: query.isFetching && isExportsError(query.failureReason, 'rate-limited') ? waiting : null,
    error: query.isFetching ? null : query.error,
  };
}

async function ask(request: string, signal: AbortSignal): Promise<Answer> {
  try {
    const verdict = await siteClient().exports.validate(exportOf(request), { signal });
    return { verdict, issues: [] };
  } catch (error) {
    if (error instanceof ValidationError) return { verdict: error.validation, issues: error.issues };
    throw error;
  }
}

/** What is sent is what was compared, whatever has changed since. */
function exportOf(request: string): Export {
  const { options, items, ...rest } = JSON.parse(request) as WireExportRequest;
  return new Export({
    ...rest,
    items: items.map(fromWireItem),
    options: { cropMode: options?.crop_mode, mosaic: options?.mosaic },
  });
}

function waitOf(error: unknown): number {
  const ms = error instanceof RateLimitError ? error.retryAfterMs : null;
  return Math.max(1, Math.ceil((ms ?? 5000) / 1000));
}
