import { EngineError } from '../engine-error.ts';

/** Bytes of the envelope by its code (GeoPackage 1.3, table 5); undefined for a code that does not exist. */
const envelopeSizes: readonly (number | undefined)[] = [0, 32, 48, 48, 64];

/**
 * Where the WKB begins in a GeoPackage geometry blob (GeoPackage 1.3, 2.1.3) that lies from `start` to `end` of `bytes`.
 *
 * @throws EngineError `source-corrupt` where it is not such a blob.
 */
export function wkbStart(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const envelope = envelopeSizes[(bytes[start + 3]! >> 1) & 7];
  if (end - start < 13 || bytes[start] !== 0x47 || bytes[start + 1] !== 0x50 || envelope === undefined) {
    throw new EngineError(
      'source-corrupt',
      'A geometry is damaged: it does not begin as a GeoPackage geometry does.',
    );
  }
  return start + 8 + envelope;
}
