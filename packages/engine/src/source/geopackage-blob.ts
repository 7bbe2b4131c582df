import { EngineError } from '../engine-error.ts';

/** Bytes of the envelope by its code (GeoPackage 1.3, table 5); undefined for a code that does not exist. */
const envelopeSizes: readonly (number | undefined)[] = [0, 32, 48, 48, 64];

/**
 * Where the WKB begins in a GeoPackage geometry blob (GeoPackage 1.3, 2.1.3).
 *
 * @throws EngineError `source-corrupt` where it is not such a blob.
 */
export function wkbStart(blob: Uint8Array): number {
  const envelope = envelopeSizes[(blob[3]! >> 1) & 7];
  if (blob.length < 13 || blob[0] !== 0x47 || blob[1] !== 0x50 || envelope === undefined) {
    throw new EngineError(
      'source-corrupt',
      'A geometry is damaged: it does not begin as a GeoPackage geometry does.',
    );
  }
  return 8 + envelope;
}
