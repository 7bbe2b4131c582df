import type { GeometryColumnFixture } from './fixture.ts';
import type { FixtureGeometry } from './geometry.ts';
import { type Envelope, geometryEnvelope } from './geometry-envelope.ts';
import { WkbWriter } from './wkb-writer.ts';

/** The code and the ordinates of each kind of envelope in the header. */
const envelopeKinds = {
  none: { code: 0, ordinates: '' },
  xy: { code: 1, ordinates: 'xy' },
  xyz: { code: 2, ordinates: 'xyz' },
  xym: { code: 3, ordinates: 'xym' },
  xyzm: { code: 4, ordinates: 'xyzm' },
} as const;

/** A geometry as a GeoPackage stores it, and its envelope for the R-tree. */
export interface EncodedGeometry {
  readonly blob: Buffer;
  readonly envelope: Envelope | null;
}

/** Makes the encoder of a column: GeoPackage binary (GeoPackage 1.3, clause 2.1.3), that is a header and ISO WKB. */
export function createGeometryEncoder(
  column: GeometryColumnFixture,
): (geometry: FixtureGeometry) => EncodedGeometry {
  const dimension = column.dimension ?? 'xy';
  const byteOrder = column.byteOrder ?? 'little';
  const writer = new WkbWriter(dimension, byteOrder);
  const envelopeKind = column.envelope ?? 'xy';

  return (geometry) => {
    const envelope = geometryEnvelope(geometry);
    const hasEnvelope = envelope !== null && geometry.type !== 'Point';
    const { code, ordinates } = envelopeKinds[hasEnvelope ? envelopeKind : 'none'];
    const wkb = writer.encode(geometry);
    const blob = Buffer.alloc(8 + ordinates.length * 16 + wkb.length);
    const view = new DataView(blob.buffer, blob.byteOffset);
    const littleEndian = byteOrder === 'little';
    blob.write('GP', 'latin1');
    blob[3] = (littleEndian ? 1 : 0) | (code << 1) | (envelope === null ? 0x10 : 0);
    view.setInt32(4, column.epsg, littleEndian);
    let offset = 8;
    for (const ordinate of ordinates) {
      const [least, most] = envelope?.[dimension.indexOf(ordinate)] ?? [Number.NaN, Number.NaN];
      view.setFloat64(offset, least, littleEndian);
      view.setFloat64(offset + 8, most, littleEndian);
      offset += 16;
    }
    blob.set(wkb, offset);
    return { blob, envelope };
  };
}
