import { layerReference } from '../catalogue/site-layer.ts';
import type { ExportRecord } from '../exports/export-record.ts';
import type { ResolvedRequest } from '../exports/resolve-request.ts';
import { type AuditFacts, boxOf } from './audit-entry.ts';

/** What the log keeps of an export that is created: with the versions of its layers, and the size that is estimated. */
export function creationFacts(record: ExportRecord, { request }: ResolvedRequest): AuditFacts {
  return {
    ...exportFacts('export-created', record),
    items: request.items.map(({ layer }) => `${layerReference(layer)}/versions/${layer.version}/`),
    bbox: request.region === null ? null : boxOf(request.region.geometry),
    bytes: record.sizeEstimateZipped,
  };
}

/** What the log keeps of what is done with an export. */
export function exportFacts(
  action: AuditFacts['action'],
  { id, request }: Pick<ExportRecord, 'id' | 'request'>,
): AuditFacts {
  return {
    action,
    exportId: id,
    items: request.items.map(({ item }) => item),
    crs: request.crs,
    formats: request.formats,
  };
}
