import type { ByteRange } from '../storage/object-store.ts';

/**
 * Reads a `Range` header (RFC 9110, section 14.2). Null where the whole is to be sent: no header, another unit, several
 * ranges, or one that is not well formed.
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/i.exec((header ?? '').replaceAll(/\s/g, ''));
  if (match === null || (match[1] === '' && match[2] === '')) {
    return null;
  }
  if (match[1] === '') {
    const suffix = Number(match[2]);
    return suffix === 0 || size === 0
      ? 'unsatisfiable'
      : { start: Math.max(0, size - suffix), end: size - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== '' && Number(match[2]) < start) {
    return null;
  }
  return start >= size ? 'unsatisfiable' : { start, end };
}
