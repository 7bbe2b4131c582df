import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { EngineError } from '../engine-error.ts';
import { geometryKind } from './geometry-array.ts';
import { GeometryBuilder } from './geometry-builder.ts';
import { WkbReader } from './wkb-reader.ts';
import { WkbWriter } from './wkb-writer.ts';

/** A geometry of a test: its WKB code, and its positions nested as deep as its kind asks. */
interface Shape {
  readonly kind: number;
  readonly body: unknown;
}

interface Encoding {
  readonly little: boolean;
  readonly hasZ: boolean;
  readonly hasM: boolean;
  /** Extended WKB, with flags instead of thousands. */
  readonly extended: boolean;
  readonly srid: boolean;
}

const plain: Encoding = { little: true, hasZ: false, hasM: false, extended: false, srid: false };

/** Writes WKB by itself, with nothing of the engine. */
function encode({ kind, body }: Shape, encoding: Encoding): Buffer {
  const { little, hasZ, hasM, extended, srid } = encoding;
  const int = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (little) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  };
  const position = (values: number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 8);
    for (const [index, value] of values.entries()) {
      if (little) bytes.writeDoubleLE(value, index * 8);
      else bytes.writeDoubleBE(value, index * 8);
    }
    return bytes;
  };
  const flags = (hasZ ? 0x8000_0000 : 0) + (hasM ? 0x4000_0000 : 0) + (srid ? 0x2000_0000 : 0);
  const type = kind + (extended ? flags : (hasZ ? 1000 : 0) + (hasM ? 2000 : 0));
  const head = Buffer.concat([
    Buffer.of(little ? 1 : 0),
    int(type),
    extended && srid ? int(2193) : Buffer.of(),
  ]);
  const list = <T>(entries: T[], write: (entry: T) => Buffer): Buffer =>
    Buffer.concat([int(entries.length), ...entries.map(write)]);
  const line = (positions: number[][]): Buffer => list(positions, position);
  switch (kind) {
    case 1:
      return Buffer.concat([head, position(body as number[])]);
    case 2:
      return Buffer.concat([head, line(body as number[][])]);
    case 3:
      return Buffer.concat([head, list(body as number[][][], line)]);
    case 7:
      return Buffer.concat([
        head,
        list(body as Shape[], (part) => encode(part, { ...encoding, srid: false })),
      ]);
    default:
      return Buffer.concat([
        head,
        list(body as unknown[], (part) =>
          encode({ kind: kind - 3, body: part }, { ...encoding, srid: false }),
        ),
      ]);
  }
}

function shapes(values: number): fc.Arbitrary<Shape> {
  const position = fc.array(fc.double({ noNaN: true }), { minLength: values, maxLength: values });
  const line = fc.array(position, { minLength: 1, maxLength: 12 });
  const polygon = fc.array(line, { minLength: 1, maxLength: 4 });
  const of = (kind: number, body: fc.Arbitrary<unknown>): fc.Arbitrary<Shape> =>
    body.map((nested) => ({ kind, body: nested }));
  const simple = fc.oneof(of(1, position), of(2, line), of(3, polygon));
  const many = (body: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.array(body, { maxLength: 4 });
  return fc.oneof(
    simple,
    of(4, many(position)),
    of(5, many(line)),
    of(6, many(polygon)),
    of(7, many(simple)),
  );
}

function read(wkb: Uint8Array, { hasZ, hasM } = { hasZ: false, hasM: false }): GeometryBuilder {
  const builder = new GeometryBuilder(hasZ, hasM);
  new WkbReader(builder).append(wkb, 0);
  return builder;
}

function rewrite(wkb: Uint8Array, dimensions: { hasZ: boolean; hasM: boolean }): Buffer {
  const writer = new WkbWriter();
  writer.write(read(wkb, dimensions), 0, { promote: false });
  return Buffer.from(writer.bytesFrom(0));
}

const encodings = fc.record({
  little: fc.boolean(),
  hasZ: fc.boolean(),
  hasM: fc.boolean(),
  extended: fc.boolean(),
  srid: fc.boolean(),
});

test('whatever byte order, dialect and dimensions it came in, a geometry leaves as little-endian ISO WKB', () => {
  const cases = encodings.chain((encoding) =>
    shapes(2 + Number(encoding.hasZ) + Number(encoding.hasM)).map((shape) => ({ encoding, shape })),
  );
  fc.assert(
    fc.property(cases, ({ encoding, shape }) => {
      const { hasZ, hasM } = encoding;
      const iso = encode(shape, { ...plain, hasZ, hasM });
      expect(rewrite(encode(shape, encoding), encoding).toString('hex')).toBe(iso.toString('hex'));
    }),
    { numRuns: 400 },
  );
});

test('a geometry cut short anywhere is an error of the source, and takes no memory for what is not there', () => {
  const cases = fc.record({ shape: shapes(2), encoding: encodings, cut: fc.nat() });
  fc.assert(
    fc.property(cases, ({ shape, encoding, cut }) => {
      const whole = encode(shape, { ...encoding, hasZ: false, hasM: false });
      const part = whole.subarray(0, cut % whole.length);
      expect(() => read(part)).toThrow(expect.objectContaining({ code: 'source-corrupt' }));
    }),
  );
});

test('any bytes are a geometry or an EngineError', () => {
  const bytes = fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 17), fc.uint8Array());
  fc.assert(
    fc.property(bytes, ([order, kind, rest]) => {
      const wkb = Uint8Array.of(order, ...(order === 1 ? [kind, 0, 0, 0] : [0, 0, 0, kind]), ...rest);
      const builder = new GeometryBuilder(false, false);
      try {
        new WkbReader(builder).append(wkb, 0);
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
      }
      expect(builder.coordinates.length).toBeLessThan(100_000);
    }),
    { numRuns: 500 },
  );
});

describe('a reader', () => {
  test('refuses four billion positions that are not there, at once', () => {
    const wkb = Buffer.concat([encode({ kind: 2, body: [] }, plain).subarray(0, 5), Buffer.alloc(4, 0xff)]);
    expect(() => read(wkb)).toThrow(/claims 4294967295 positions, more than there are bytes/);
  });

  test('refuses a geometry nested deeper than any real one', () => {
    let shape: Shape = { kind: 1, body: [1, 2] };
    for (let depth = 0; depth < 50; depth++) shape = { kind: 7, body: [shape] };
    expect(() => read(encode(shape, plain))).toThrow(/nested more than 32 deep/);
  });

  test('flattens a collection within a collection', () => {
    const inner = { kind: 7, body: [{ kind: 1, body: [3, 4] }] };
    const builder = read(encode({ kind: 7, body: [{ kind: 1, body: [1, 2] }, inner] }, plain));
    expect([builder.length, builder.partCount]).toEqual([1, 2]);
    expect([...builder.coordinates.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
  });

  test('names the remedy for curves', () => {
    expect(() => read(encode({ kind: 2, body: [] }, plain).fill(8, 1, 2))).toThrow(
      expect.objectContaining({
        code: 'unsupported-geometry',
        message: expect.stringContaining('CONVERT_TO_LINEAR'),
      }),
    );
  });

  test('drops what the layer has no room for, and fills in what the geometry lacks', () => {
    const zm = encode({ kind: 1, body: [1, 2, 3, 4] }, { ...plain, hasZ: true, hasM: true });
    expect([...read(zm).coordinates.subarray(0, 2)]).toEqual([1, 2]);
    expect([...read(zm, { hasZ: false, hasM: true }).coordinates.subarray(0, 3)]).toEqual([1, 2, 4]);
    const flat = read(encode({ kind: 1, body: [1, 2] }, plain), { hasZ: true, hasM: true });
    expect([...flat.coordinates.subarray(0, 4)]).toEqual([1, 2, 0, NaN]);
  });

  test.each([
    ['a point of NaN', { kind: 1, body: [NaN, NaN] }, geometryKind.point],
    ['a line without positions', { kind: 2, body: [] }, geometryKind.line],
    ['a polygon without rings', { kind: 3, body: [] }, geometryKind.polygon],
    ['a polygon of an empty ring', { kind: 3, body: [[]] }, geometryKind.polygon],
    ['a collection of nothing', { kind: 7, body: [] }, geometryKind.collection],
  ])('takes %s for empty', (_, shape, kind) => {
    const builder = read(encode(shape, plain));
    expect([builder.kinds[0], builder.partCount]).toEqual([kind, 0]);
  });
});

test('a writer makes multi geometries of single ones where it is asked to', () => {
  const writer = new WkbWriter();
  for (const shape of [
    { kind: 1, body: [1, 2] },
    { kind: 3, body: [[[1, 2]]] },
  ]) {
    writer.reset();
    writer.write(read(encode(shape, plain)), 0, { promote: true });
    const expected = encode({ kind: shape.kind + 3, body: [shape.body] }, plain);
    expect(Buffer.from(writer.bytesFrom(0)).toString('hex')).toBe(expected.toString('hex'));
  }
});
