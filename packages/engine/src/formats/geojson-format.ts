import { join } from 'node:path';

import type { Column, FeatureBatch } from '../features/feature-batch.ts';
import { type GeometryArray, type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import type { Field } from '../source/layer.ts';
import type { BlockEncoder, BlockFormat, EncodedBlock, EncodeOptions } from './block-format.ts';
import { decimalsOf, noteRounding } from './coordinate-decimals.ts';
import { LossLog } from './loss-log.ts';
import type { OutputSchema } from './output-schema.ts';
import { isTurned } from './ring-order.ts';
import { TextAssembler } from './text-assembler.ts';
import { TextBuffer } from './text-buffer.ts';

const comma = 44;
const open = 91;
const close = 93;
const closeBrace = 125;

const typeNames: Readonly<Record<number, string>> = {
  [geometryKind.point]: 'Point',
  [geometryKind.line]: 'LineString',
  [geometryKind.polygon]: 'Polygon',
  [geometryKind.multiPoint]: 'MultiPoint',
  [geometryKind.multiLine]: 'MultiLineString',
  [geometryKind.multiPolygon]: 'MultiPolygon',
};

/**
 * GeoJSON (RFC 7946): outer rings counter-clockwise, no M. In EPSG:4326 nothing is said of the CRS; in any other, which
 * the RFC leaves to prior arrangement, the member `crs` of the 2008 specification names it, as GDAL and QGIS read it.
 */
export const geoJsonFormat: BlockFormat<Uint8Array> = {
  createEncoder: (options) => new GeoJsonEncoder(options, ',\n'),
  createAssembler: (options, losses) => {
    noteRounding(options, losses);
    noteDroppedM(options, losses);
    const { schema } = options;
    return new TextAssembler(join(options.folder, `${schema.name}.geojson`), {
      head: `{"type":"FeatureCollection","name":${JSON.stringify(schema.name)},${crsMember(schema)}"features":[\n`,
      foot: '\n]}\n',
      separatorBytes: 2,
    });
  },
};

/** Newline-delimited GeoJSON: a feature a line, always EPSG:4326 or by prior arrangement, nothing around them. */
export const geoJsonSequenceFormat: BlockFormat<Uint8Array> = {
  createEncoder: (options) => new GeoJsonEncoder(options, '\n'),
  createAssembler: (options, losses) => {
    noteRounding(options, losses);
    noteDroppedM(options, losses);
    const crs = options.schema.geometry?.crs ?? null;
    if (crs !== null && crs.epsg !== 4326) {
      losses.add(
        'crs-unnamed',
        `A sequence of features cannot name its CRS: readers will take ${crs.code} for EPSG:4326 unless they are told.`,
      );
    }
    const path = join(options.folder, `${options.schema.name}.geojsonl`);
    return new TextAssembler(path, { head: '', foot: '\n', separatorBytes: 1 });
  },
};

function noteDroppedM({ schema }: EncodeOptions, losses: LossLog): void {
  if (schema.geometry?.hasM === true) losses.add('m-dropped', 'GeoJSON has no M values; they are left out.');
}

function crsMember({ geometry }: OutputSchema): string {
  const crs = geometry?.crs ?? null;
  if (crs === null || crs.epsg === 4326) return '';
  return `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::${crs.epsg}"}},`;
}

/** The beginning of a geometry with coordinates, by its kind. */
const geometryHeads: readonly Uint8Array[] = Array.from({ length: geometryKind.collection }, (_, kind) =>
  bytesOf(`{"type":"${typeNames[kind] ?? ''}","coordinates":`),
);
const propertiesMember = bytesOf(',"properties":{');
const geometryMember = bytesOf('},"geometry":');

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

/** Writes features, each after a separator: the assembler takes the very first one off. */
class GeoJsonEncoder implements BlockEncoder<Uint8Array> {
  readonly #text = new TextBuffer();
  readonly #fields: readonly Field[];
  /** What stands before the id of a feature. */
  readonly #head: Uint8Array;
  /** What stands before each value: its key, and the end of what was before. */
  readonly #keys: readonly Uint8Array[];
  readonly #decimals: number;
  #losses = new LossLog();

  constructor(options: EncodeOptions, separator: string) {
    this.#fields = options.schema.fields;
    this.#head = bytesOf(`${separator}{"type":"Feature","id":`);
    const keys = this.#fields.map(({ name }, index) => `${index > 0 ? ',' : ''}${JSON.stringify(name)}:`);
    this.#keys = keys.map(bytesOf);
    this.#decimals = decimalsOf(options);
  }

  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<Uint8Array> {
    this.#losses = losses;
    const text = this.#text;
    for (let row = 0; row < batch.length; row++) {
      text.bytes(this.#head);
      text.number(batch.fids[row]!);
      text.bytes(propertiesMember);
      this.#writeProperties(batch, row);
      text.bytes(geometryMember);
      this.#writeGeometry(batch.geometry, row);
      text.byte(closeBrace);
    }
    const piece = text.take();
    return { piece, transfer: [piece.buffer] };
  }

  #writeProperties(batch: FeatureBatch, row: number): void {
    for (let index = 0; index < this.#fields.length; index++) {
      this.#text.bytes(this.#keys[index]!);
      this.#writeValue(batch.columns[index]!, row, this.#fields[index]!);
    }
  }

  #writeValue(column: Column, row: number, field: Field): void {
    switch (column.kind) {
      case 'text': {
        const value = column.values[row] ?? null;
        if (value === null) this.#text.ascii('null');
        else this.#text.json(value);
        break;
      }
      case 'blob': {
        const value = column.values[row] ?? null;
        if (value !== null)
          this.#losses.add('value-retyped', 'Binary values are written as base64 text.', {
            field: field.name,
          });
        this.#text.text(value === null ? 'null' : `"${Buffer.from(value).toString('base64')}"`);
        break;
      }
      case 'number': {
        const isBoolean = field.type === 'boolean' && column.nulls[row] === 0;
        if (isBoolean) this.#text.ascii(String(column.values[row] !== 0));
        else this.#text.value(column, row, 'null');
        break;
      }
    }
  }

  #writeGeometry(geometry: GeometryArray | null, feature: number): void {
    const kind = (geometry?.kinds[feature] ?? geometryKind.none) as GeometryKind;
    if (geometry === null || kind === geometryKind.none) {
      this.#text.ascii('null');
      return;
    }
    const first = geometry.featureParts[feature]!;
    const end = geometry.featureParts[feature + 1]!;
    if (kind !== geometryKind.collection) {
      this.#text.bytes(geometryHeads[kind]!);
      if (kind > geometryKind.polygon) this.#writeList(first, end, (part) => this.#writePart(geometry, part));
      else if (first === end) this.#text.ascii('[]');
      else this.#writePart(geometry, first);
      this.#text.byte(closeBrace);
      return;
    }
    this.#text.ascii('{"type":"GeometryCollection","geometries":');
    this.#writeList(first, end, (part) => {
      this.#text.bytes(geometryHeads[geometry.partKinds[part]!]!);
      this.#writePart(geometry, part);
      this.#text.ascii('}');
    });
    this.#text.ascii('}');
  }

  #writeList(first: number, end: number, writeEntry: (entry: number) => void): void {
    this.#text.byte(open);
    for (let entry = first; entry < end; entry++) {
      if (entry > first) this.#text.byte(comma);
      writeEntry(entry);
    }
    this.#text.byte(close);
  }

  #writePart(geometry: GeometryArray, part: number): void {
    const first = geometry.partRings[part]!;
    const end = geometry.partRings[part + 1]!;
    switch (geometry.partKinds[part] as GeometryKind) {
      case geometryKind.point:
        this.#writePosition(geometry, geometry.ringStarts[first]!);
        break;
      case geometryKind.polygon:
        this.#writeList(first, end, (ring) => {
          this.#writeRing(geometry, ring, isTurned(geometry, { part, ring, outer: 'counter-clockwise' }));
        });
        break;
      default:
        this.#writeRing(geometry, first, false);
    }
  }

  #writeRing(geometry: GeometryArray, ring: number, isReversed: boolean): void {
    const first = geometry.ringStarts[ring]!;
    const last = geometry.ringStarts[ring + 1]! - 1;
    if (!geometry.hasZ) {
      const { coordinates, stride } = geometry;
      this.#text.positions({ coordinates, stride, first, last, isReversed }, this.#decimals);
      return;
    }
    this.#text.byte(open);
    for (let k = first; k <= last; k++) {
      if (k > first) this.#text.byte(comma);
      this.#writePosition(geometry, isReversed ? last - (k - first) : k);
    }
    this.#text.byte(close);
  }

  #writePosition({ coordinates, stride, hasZ }: GeometryArray, position: number): void {
    const at = position * stride;
    this.#text.byte(open);
    this.#text.fixedPair(coordinates[at]!, comma, coordinates[at + 1]!, this.#decimals);
    if (hasZ) {
      this.#text.byte(comma);
      this.#text.fixed(coordinates[at + 2]!, Math.min(this.#decimals, heightDecimals));
    }
    this.#text.byte(close);
  }
}

/** Heights are in metres whatever the CRS; a tenth of a millimetre is enough. */
const heightDecimals = 4;
