import type { WireExtent } from '@outcrop/contract';

import { camelCase } from '../camel-case.ts';
import { isRecord } from '../is-record.ts';
import type {
  Delivery,
  ExportItem,
  ExportStatus,
  ExportWideOptions,
  Failure,
  Formats,
  QueuePosition,
} from './export-fields.ts';
import { readBoolean, readNumber, readString, readStrings } from '../read-scalar.ts';
import { readCrs } from './read-crs.ts';

/** An export's body, read. The request's own fields are absent where the body, being a summary, has none. */
export interface ReadExport {
  readonly status: ExportStatus;
  readonly request: {
    readonly name?: string;
    readonly crs?: string | null;
    readonly formats?: Formats;
    readonly items?: readonly ExportItem[];
    readonly extent?: WireExtent;
    readonly delivery?: Delivery;
    readonly options?: ExportWideOptions;
  };
}

/** Reads a summary or detail body of either version: `crs` string or object, `created_via` in any case. */
export function readExport(body: Readonly<Record<string, unknown>>): ReadExport {
  return {
    status: readStatus(body),
    request: {
      ...(typeof body['name'] === 'string' ? { name: body['name'] } : {}),
      ...('crs' in body ? { crs: readCrs(body['crs']) } : {}),
      ...(isRecord(body['formats']) ? { formats: body['formats'] as Formats } : {}),
      ...(Array.isArray(body['items']) ? { items: body['items'].filter(isRecord).map(readItem) } : {}),
      ...('extent' in body ? { extent: readExtent(body['extent']) } : {}),
      ...(isRecord(body['delivery']) ? { delivery: camelCase(body['delivery']) as Delivery } : {}),
      ...(isRecord(body['options']) ? { options: camelCase(body['options']) as ExportWideOptions } : {}),
    },
  };
}

function readStatus(body: Readonly<Record<string, unknown>>): ExportStatus {
  return {
    id: readNumber(body['id']),
    url: readString(body['url']),
    state: readString(body['state']),
    createdAt: readTime(body['created_at']),
    createdVia: readString(body['created_via'])?.toLowerCase() ?? null,
    downloadUrl: readString(body['download_url']),
    progress: readNumber(body['progress']),
    stage: readString(body['stage']),
    sizeEstimateZipped: readNumber(body['size_estimate_zipped']),
    sizeEstimateUnzipped: readNumber(body['size_estimate_unzipped']),
    sizeCompleteZipped: readNumber(body['size_complete_zipped']),
    sizeCompleteUnzipped: readNumber(body['size_complete_unzipped']),
    sha256: readString(body['sha256']),
    isCropped: readBoolean(body['is_cropped']),
    error: readFailure(body['error']),
    warnings: readStrings(body['warnings']),
    startedAt: readTime(body['started_at']),
    finishedAt: readTime(body['finished_at']),
    downloadedAt: readTime(body['downloaded_at']),
    expiresAt: readTime(body['expires_at']),
    queue: readQueue(body['queue']),
    isReused: readBoolean(body['reused']),
  };
}

/** An item; where it was expanded, its address is in the layer that stands in its place. */
function readItem(body: Readonly<Record<string, unknown>>): ExportItem {
  const { item } = body;
  const address = isRecord(item) ? item['url'] : item;
  return { ...(camelCase(body) as object), item: readString(address) ?? '' };
}

/** An extent; a crop feature that was expanded is its address again. */
function readExtent(value: unknown): WireExtent {
  if (isRecord(value)) return readString(value['url']) ?? (value as unknown as WireExtent);
  return readString(value);
}

function readQueue(value: unknown): QueuePosition | null {
  const position = isRecord(value) ? readNumber(value['position']) : null;
  if (position === null || !isRecord(value)) return null;
  return { position, etaSeconds: readNumber(value['eta_seconds']) };
}

function readFailure(value: unknown): Failure | null {
  if (typeof value === 'string' && value !== '') return { code: 'error', detail: value };
  if (!isRecord(value)) return null;
  const code = readString(value['code']) ?? 'error';
  return { code, detail: readString(value['detail']) ?? code };
}

/** A time of the wire: UTC, also where an old row lacks the zone. */
function readTime(value: unknown): Date | null {
  if (typeof value !== 'string' || value === '') return null;
  const time = new Date(/(?:z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`);
  return Number.isNaN(time.getTime()) ? null : time;
}
