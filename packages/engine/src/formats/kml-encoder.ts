import type { Column, FeatureBatch } from '../features/feature-batch.ts';
import { type GeometryArray, type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import type { Field } from '../source/layer.ts';
import type { BlockEncoder, EncodedBlock, EncodeOptions } from './block-format.ts';
import { decimalsOf } from './coordinate-decimals.ts';
import { type KmlField, kmlFields, kmlStyleId } from './kml-schema.ts';
import { LossLog } from './loss-log.ts';
import { numberText } from './number-text.ts';
import { isTurned } from './ring-order.ts';
import { TextBuffer } from './text-buffer.ts';
import { isXmlText, xmlText } from './xml-text.ts';

const comma = 44;
const space = 32;
const nameFields = /^(name|title|label)$/i;

/** Encodes blocks as placemarks (KML 2.2): attributes by the document's schema, outer rings counter-clockwise. */
export class KmlEncoder implements BlockEncoder<Uint8Array> {
  readonly #text = new TextBuffer();
  readonly #schemaName: string;
  readonly #fields: readonly Field[];
  readonly #kmlFields: readonly KmlField[];
  /** The field that placemarks are named by; -1 where there is none. */
  readonly #nameField: number;
  readonly #decimals: number;
  #losses = new LossLog();

  constructor(options: EncodeOptions) {
    this.#schemaName = options.schema.name;
    this.#fields = options.schema.fields;
    this.#kmlFields = kmlFields(options.schema, new LossLog());
    this.#nameField = this.#fields.findIndex(({ name, type }) => type === 'text' && nameFields.test(name));
    this.#decimals = decimalsOf(options);
  }

  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<Uint8Array> {
    this.#losses = losses;
    const text = this.#text;
    for (let row = 0; row < batch.length; row++) {
      text.ascii(`<Placemark id="${this.#schemaName}.${batch.fids[row]}">`);
      this.#writeName(batch, row);
      text.ascii(`<styleUrl>#${kmlStyleId}</styleUrl>`);
      if (this.#fields.length > 0) this.#writeAttributes(batch, row);
      if (batch.geometry !== null) this.#writeGeometry(batch.geometry, row);
      text.ascii('</Placemark>\n');
    }
    const piece = text.take();
    return { piece, transfer: [piece.buffer] };
  }

  #writeName({ columns }: FeatureBatch, row: number): void {
    const column = columns[this.#nameField];
    const name = column?.kind === 'text' ? (column.values[row] ?? null) : null;
    if (name !== null) this.#text.text(`<name>${xmlText(name)}</name>`);
  }

  #writeAttributes(batch: FeatureBatch, row: number): void {
    const text = this.#text;
    text.ascii(`<ExtendedData><SchemaData schemaUrl="#${this.#schemaName}">`);
    for (let index = 0; index < this.#fields.length; index++) {
      const value = this.#valueText(batch.columns[index]!, row, this.#fields[index]!);
      if (value === null) continue;
      const { open, close } = this.#kmlFields[index]!;
      text.text(open);
      text.text(value);
      text.ascii(close);
    }
    text.ascii('</SchemaData></ExtendedData>');
  }

  /** Null for a null, which is left out. */
  #valueText(column: Column, row: number, { name }: Field): string | null {
    if (column.kind === 'number') return numberText(column, row);
    const value = column.values[row] ?? null;
    if (value === null) return null;
    if (typeof value !== 'string') return Buffer.from(value).toString('base64');
    if (!isXmlText(value)) {
      const detail = 'XML has no control characters: they are replaced.';
      this.#losses.add('value-changed', detail, { field: name });
    }
    return xmlText(value);
  }

  #writeGeometry(geometry: GeometryArray, row: number): void {
    const first = geometry.featureParts[row]!;
    const end = geometry.featureParts[row + 1]!;
    if (geometry.kinds[row] === geometryKind.none) return;
    if (first === end) {
      this.#losses.add('geometry-dropped', 'KML has no empty geometries: these features have none.');
      return;
    }
    const isSingle = (geometry.kinds[row] as GeometryKind) <= geometryKind.polygon;
    if (!isSingle) this.#text.ascii('<MultiGeometry>');
    for (let part = first; part < end; part++) this.#writePart(geometry, part);
    if (!isSingle) this.#text.ascii('</MultiGeometry>');
  }

  #writePart(geometry: GeometryArray, part: number): void {
    const text = this.#text;
    const first = geometry.partRings[part]!;
    const end = geometry.partRings[part + 1]!;
    if (geometry.partKinds[part] !== geometryKind.polygon) {
      const element = geometry.partKinds[part] === geometryKind.point ? 'Point' : 'LineString';
      text.ascii(`<${element}>`);
      this.#writeRing(geometry, first, false);
      text.ascii(`</${element}>`);
      return;
    }
    text.ascii('<Polygon>');
    for (let ring = first; ring < end; ring++) {
      const boundary = ring === first ? 'outerBoundaryIs' : 'innerBoundaryIs';
      text.ascii(`<${boundary}><LinearRing>`);
      this.#writeRing(geometry, ring, isTurned(geometry, { part, ring, outer: 'counter-clockwise' }));
      text.ascii(`</LinearRing></${boundary}>`);
    }
    text.ascii('</Polygon>');
  }

  #writeRing(geometry: GeometryArray, ring: number, turned: boolean): void {
    const text = this.#text;
    const { coordinates, stride, ringStarts, hasZ } = geometry;
    const first = ringStarts[ring]!;
    const count = ringStarts[ring + 1]! - first;
    text.ascii('<coordinates>');
    for (let index = 0; index < count; index++) {
      const at = (first + (turned ? count - 1 - index : index)) * stride;
      if (index > 0) text.byte(space);
      text.fixed(coordinates[at]!, this.#decimals);
      text.byte(comma);
      text.fixed(coordinates[at + 1]!, this.#decimals);
      if (!hasZ) continue;
      text.byte(comma);
      text.fixed(coordinates[at + 2]!, 3);
    }
    text.ascii('</coordinates>');
  }
}
