import { describe, expect, it } from 'vitest';

import { createGeometryEncoder } from './encode-geometry.ts';

const triangle = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0, 5],
      [4, 0, 6],
      [0, 3, 7],
      [0, 0, 5],
    ],
  ],
} as const;

describe('createGeometryEncoder', () => {
  it('writes a point as the specification lays it out', () => {
    const encode = createGeometryEncoder({ epsg: 4326 });
    expect(encode({ type: 'Point', coordinates: [1, 2] }).blob.toString('hex')).toBe(
      '47500001e6100000' + '0101000000' + '000000000000f03f' + '0000000000000040',
    );
  });

  it('writes the same point in big-endian order', () => {
    const encode = createGeometryEncoder({ epsg: 4326, byteOrder: 'big' });
    expect(encode({ type: 'Point', coordinates: [1, 2] }).blob.toString('hex')).toBe(
      '47500000000010e6' + '0000000001' + '3ff0000000000000' + '4000000000000000',
    );
  });

  it('puts smallest and largest of each ordinate into the header', () => {
    const { blob, envelope } = createGeometryEncoder({ epsg: 2193, dimension: 'xyz', envelope: 'xyz' })(
      triangle,
    );
    expect((blob[3] ?? 0) >> 1).toBe(2);
    expect(Array.from({ length: 6 }, (_, index) => blob.readDoubleLE(8 + index * 8))).toEqual([
      0, 4, 0, 3, 5, 7,
    ]);
    expect(blob.readUInt32LE(8 + 48 + 1)).toBe(1003);
    expect(envelope?.[2]).toEqual([5, 7]);
  });

  it('marks empty geometries and gives them no envelope', () => {
    const encode = createGeometryEncoder({ epsg: 4326 });
    const { blob, envelope } = encode({ type: 'MultiPolygon', coordinates: [] });
    expect(blob[3]).toBe(0x11);
    expect(blob.length).toBe(8 + 9);
    expect(envelope).toBeNull();
    expect(encode({ type: 'Point', coordinates: [] }).blob.readDoubleLE(13)).toBeNaN();
  });

  it('nests the parts of collections', () => {
    const { blob } = createGeometryEncoder({ epsg: 4326, envelope: 'none' })({
      type: 'GeometryCollection',
      geometries: [
        {
          type: 'MultiPoint',
          coordinates: [
            [1, 1],
            [2, 2],
          ],
        },
      ],
    });
    expect(blob.readUInt32LE(9)).toBe(7);
    expect(blob.readUInt32LE(18)).toBe(4);
    expect(blob.length).toBe(8 + 9 + 9 + 2 * 21);
  });
});
