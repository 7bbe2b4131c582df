import { findFormat, type Kind } from '@outcrop/contract';

/** The most bytes that all files of an item may have, uncompressed; null where there is no limit. KML's is for vectors only (wire contract, section 14). */
export function formatMaxBytes(mimetype: string, kind: Kind): number | null {
  const format = findFormat(mimetype);
  const isOverlay = format?.shortCode === 'KML' && kind !== 'vector';
  return format?.maxBytes === undefined || isOverlay ? null : format.maxBytes;
}
