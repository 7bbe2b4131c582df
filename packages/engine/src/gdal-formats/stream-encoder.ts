import type { Column, FeatureBatch, TextColumn } from '../features/feature-batch.ts';
import { type GeometryArray, geometryKind } from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { selectRows } from '../features/select-rows.ts';
import type { BlockEncoder, EncodedBlock, EncodeOptions } from '../formats/block-format.ts';
import { FlatGeobufEncoder } from '../formats/flatgeobuf-encoder.ts';
import { LossLog } from '../formats/loss-log.ts';
import type { ShapeFamily } from '../formats/shape-type.ts';
import { familyRows } from './family-rows.ts';
import type { OgrRecipe } from './ogr-recipe.ts';
import { type StreamColumn, streamedFields } from './stream-column.ts';
import { streamSchema } from './stream-schema.ts';
import { type StreamShape, streamShape } from './stream-shape.ts';
import { TextCleaner } from './text-cleaner.ts';
import { WktColumn } from './wkt-column.ts';

/** Features of one set, one behind the other as FlatGeobuf has them. */
export interface StreamPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly count: number;
  /** minX minY maxX maxY of what has a place; infinite and turned around where nothing has. */
  readonly envelope: Float64Array<ArrayBuffer>;
}

/** A block on its way to `ogr2ogr`. */
export interface StreamPiece {
  /** One for each set of the shape. */
  readonly parts: readonly StreamPart[];
  /** Characters that are not ASCII, and in how many values each is; empty where the charset does not depend on them. */
  readonly characters: readonly (readonly [number, number])[];
}

/** Encodes blocks as the features of a FlatGeobuf stream, such as a recipe wants them. */
export class StreamEncoder implements BlockEncoder<StreamPiece> {
  readonly #recipe: OgrRecipe;
  readonly #shape: StreamShape;
  readonly #families: readonly ShapeFamily[];
  readonly #encoders: readonly FlatGeobufEncoder[];
  readonly #cleaner: TextCleaner;
  readonly #wkt: WktColumn;
  readonly #noGeometry = new GeometryBuilder(false, false);

  constructor(recipe: OgrRecipe, options: EncodeOptions) {
    this.#recipe = recipe;
    this.#shape = streamShape(recipe, options, new LossLog());
    this.#families = this.#shape.sets.flatMap(({ family }) => (family === 'all' ? [] : [family]));
    this.#encoders = this.#shape.sets.map(
      (set) =>
        new FlatGeobufEncoder(
          { ...options, schema: streamSchema(this.#shape, set, options.schema) },
          { hasBoxes: false },
        ),
    );
    this.#cleaner = new TextCleaner(
      { ...recipe, countsCharacters: recipe.needs.includes('charset') },
      new LossLog(),
    );
    this.#wkt = new WktColumn(options, recipe);
  }

  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<StreamPiece> {
    this.#cleaner.losses = losses;
    const placed = this.#recipe.geometry === 'required' ? withPlace(batch, this.#recipe, losses) : batch;
    const parts = this.#shape.sets.map(({ family }, index) => {
      const rows =
        family === 'all' ? placed : familyRows(placed, { family, families: this.#families }, losses);
      return this.#encodeSet(rows, this.#encoders[index]!, losses);
    });
    const transfer = parts.flatMap(({ bytes, envelope }) => [bytes.buffer, envelope.buffer]);
    return { piece: { parts, characters: this.#cleaner.takeCharacters() }, transfer };
  }

  #encodeSet(batch: FeatureBatch, encoder: FlatGeobufEncoder, losses: LossLog): StreamPart {
    const columns = this.#shape.columns.map((column) => this.#columnOf(column, batch, losses));
    const isPlaced = this.#recipe.geometry !== 'as-text' && batch.geometry !== null;
    const geometry = isPlaced ? batch.geometry : this.#emptyGeometry(batch.length);
    const own = new LossLog();
    const { piece } = encoder.encode({ length: batch.length, fids: batch.fids, geometry, columns }, own);
    this.#passOn(own, losses);
    return { bytes: piece.bytes, count: piece.ends.length, envelope: piece.envelope };
  }

  /** The stream's losses in the words of the format: there columns have other names. */
  #passOn(own: LossLog, losses: LossLog): void {
    const names = streamedFields(this.#shape.columns).map(({ name }) => name);
    for (const { code, detail, field, count } of own.entries()) {
      const name = field === undefined ? null : this.#shape.columns[names.indexOf(field)]?.field;
      const words =
        code === 'geometry-dropped'
          ? 'An empty geometry is handed on as none: these features have no geometry.'
          : detail;
      losses.add(code, words, name == null ? { count } : { count, field: name });
    }
  }

  #columnOf({ values, type, field }: StreamColumn, batch: FeatureBatch, losses: LossLog): Column {
    if ('constant' in values) return constantColumn(values.constant, batch.length);
    if ('made' in values) return this.#wkt.column(batch, losses);
    const column = batch.columns[values.column]!;
    if (!this.#recipe.hasNulls) noteNulls(column, batch.length, { field, losses, recipe: this.#recipe });
    if (column.kind === 'text') return this.#cleaner.clean(column, batch.length, field ?? '');
    if (column.kind === 'number' && type === 'text') return digitsColumn(column, batch.length);
    return column;
  }

  #emptyGeometry(length: number): GeometryArray {
    const builder = this.#noGeometry;
    builder.reset();
    for (let row = 0; row < length; row++) builder.endFeature(geometryKind.none);
    return builder;
  }
}

function constantColumn(value: string, length: number): TextColumn {
  return { kind: 'text', values: Array.from({ length }, () => value) };
}

/** Integers with all their digits, as text. */
function digitsColumn({ values, nulls, exact }: Extract<Column, { kind: 'number' }>, length: number): Column {
  const digits = Array.from({ length }, (_, row) => {
    if (nulls[row] === 1) return null;
    return (exact?.get(row) ?? BigInt(Math.round(values[row]!))).toString();
  });
  return { kind: 'text', values: digits };
}

function noteNulls(
  column: Column,
  length: number,
  { field, losses, recipe }: { field: string | null; losses: LossLog; recipe: OgrRecipe },
): void {
  let nulls = 0;
  for (let row = 0; row < length; row++) {
    if (column.kind === 'number' ? column.nulls[row] === 1 : (column.values[row] ?? null) === null)
      nulls += 1;
  }
  if (nulls === 0 || field === null) return;
  const detail = `${recipe.label} has no nulls: they are 0 or an empty text.`;
  losses.add('null-written-as-value', detail, { field, count: nulls });
}

/** Drawings hold shapes and nothing else: a feature without one is left out. */
function withPlace(batch: FeatureBatch, { label }: OgrRecipe, losses: LossLog): FeatureBatch {
  const { geometry } = batch;
  const kept: number[] = [];
  for (let row = 0; row < batch.length; row++) {
    if (geometry !== null && geometry.featureParts[row] !== geometry.featureParts[row + 1]) kept.push(row);
  }
  if (kept.length === batch.length) return batch;
  losses.add('feature-dropped', `${label} holds shapes only: features without a geometry are left out.`, {
    count: batch.length - kept.length,
  });
  return selectRows(batch, kept);
}
