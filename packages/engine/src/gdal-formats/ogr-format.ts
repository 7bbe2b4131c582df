import { join } from 'node:path';

import { findFormat } from '@outcrop/contract';

import { type Envelope, widenEnvelope } from '../features/geometry-array.ts';
import { EngineError } from '../engine-error.ts';
import type { AssembleOptions, BlockAssembler, BlockFormat } from '../formats/block-format.ts';
import { flatGeobufColumns } from '../formats/flatgeobuf-column.ts';
import { flatGeobufHeader } from '../formats/flatgeobuf-header.ts';
import { LossLog } from '../formats/loss-log.ts';
import { charsetOfFields, chooseCharset, lossesInCharset, noteCharset } from '../formats/mapinfo-charset.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import { type Conversion, conversionCommand, productPath, standardInput } from './conversion.ts';
import { type FeatureSink, FileSink, PipeSink } from './feature-sink.ts';
import { FormatGuard } from './format-guard.ts';
import type { OgrRecipe } from './ogr-recipe.ts';
import { noteRecipeLosses } from './recipe-losses.ts';
import { StreamEncoder, type StreamPiece } from './stream-encoder.ts';
import { streamSchema } from './stream-schema.ts';
import { type StreamSet, type StreamShape, streamShape } from './stream-shape.ts';
import { verifyProduct } from './verify-product.ts';

/**
 * A format that `ogr2ogr` writes. Crop, reprojection and everything else happen in our pipeline; its features go to
 * `ogr2ogr` as a stream, while it converts them where the format allows.
 */
export function ogrFormat(
  recipe: OgrRecipe,
  maxBytes = findFormat(recipe.mimetype)?.maxBytes ?? Infinity,
): BlockFormat<StreamPiece> {
  return {
    isWrittenByAnother: () => true,
    createEncoder: (options) => new StreamEncoder(recipe, options),
    createAssembler: (options, losses) => new OgrAssembler({ recipe, maxBytes, options, losses }),
  };
}

/** A set of features under way. */
interface SetUnderWay {
  readonly set: StreamSet;
  readonly sink: FeatureSink;
  /** The conversion that reads while features come; null where they wait in a file. */
  readonly conversion: Promise<unknown> | null;
  readonly file: string;
  count: number;
}

interface AssemblerParts {
  readonly recipe: OgrRecipe;
  readonly maxBytes: number;
  readonly options: AssembleOptions;
  readonly losses: LossLog;
}

class OgrAssembler implements BlockAssembler<StreamPiece> {
  readonly #recipe: OgrRecipe;
  readonly #options: AssembleOptions;
  readonly #losses: LossLog;
  readonly #shape: StreamShape;
  readonly #guard: FormatGuard;
  readonly #sets: readonly SetUnderWay[];
  readonly #characters = new Map<number, number>();
  readonly #envelope: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  /** What was known before the first feature came; null where it was not, or is of no use. */
  readonly #known: { readonly bounds: Envelope | null; readonly charset: string | null };

  constructor({ recipe, maxBytes, options, losses }: AssemblerParts) {
    this.#recipe = recipe;
    this.#options = options;
    this.#losses = losses;
    this.#shape = streamShape(recipe, options, losses);
    noteRecipeLosses(recipe, { shape: this.#shape, options, losses });
    this.#guard = new FormatGuard({
      label: recipe.label,
      folder: options.folder,
      maxBytes,
      signal: options.signal,
    });
    this.#known = this.#lookAhead();
    const isSpooled = this.#shape.sets.length > 1 || this.#waitsForAll();
    this.#sets = this.#shape.sets.map((set) => this.#begin(set, isSpooled));
  }

  async append({ parts, characters }: StreamPiece): Promise<void> {
    for (const [code, count] of characters) {
      this.#characters.set(code, (this.#characters.get(code) ?? 0) + count);
    }
    for (const [index, { bytes, count, envelope }] of parts.entries()) {
      const under = this.#sets[index]!;
      under.count += count;
      widenEnvelope(this.#envelope, envelope);
      if (count > 0) await under.sink.write(bytes);
    }
    this.#guard.checkRows(this.#sets, this.#recipe.maxRows);
  }

  async finish(): Promise<void> {
    for (const { sink } of this.#sets) sink.end();
    this.#checkBounds();
    const charset = this.#charset();
    const written = this.#sets.filter(({ count }, index) => count > 0 || this.#isOnly(index));
    for (const { set, file, conversion } of written) {
      await (conversion ?? this.#convert(set, { source: file, charset }));
    }
    this.#guard.check();
    const sets = written.map(({ set, count }) => ({ set, count }));
    await verifyProduct(productPath(this.#recipe, this.#options), {
      recipe: this.#recipe,
      shape: this.#shape,
      options: this.#options,
      sets,
      losses: this.#losses,
    });
  }

  [Symbol.dispose](): void {
    this.#guard[Symbol.dispose]();
    for (const { sink } of this.#sets) sink[Symbol.dispose]();
  }

  /** Where nothing has come at all, the first set is written all the same. */
  #isOnly(index: number): boolean {
    return index === 0 && this.#sets.every(({ count }) => count === 0);
  }

  #begin(set: StreamSet, isSpooled: boolean): SetUnderWay {
    const file = join(this.#options.pieceFolder, `${set.family}.fgb`);
    let conversion: Promise<unknown> | null = null;
    const sink = isSpooled
      ? new FileSink(file)
      : new PipeSink(
          (input) =>
            (conversion = this.#convert(set, {
              source: standardInput,
              charset: this.#known.charset,
              input,
            })),
        );
    const schema = streamSchema(this.#shape, set, this.#options.schema);
    const columns = flatGeobufColumns(schema, new LossLog());
    void sink.write(flatGeobufHeader({ schema, columns, featureCount: 0, envelope: null }));
    return { set, sink, conversion, file, count: 0 };
  }

  #convert(
    set: StreamSet,
    {
      source,
      charset,
      input,
    }: Pick<Conversion, 'source' | 'charset'> & { input?: AsyncIterable<Uint8Array> },
  ): Promise<unknown> {
    const envelope = this.#known.bounds ?? this.#bounds();
    const { signal } = this.#guard;
    const command = conversionCommand({
      recipe: this.#recipe,
      shape: this.#shape,
      options: this.#options,
      set,
      source,
      envelope,
      charset,
    });
    return runGdal(command, {
      signal,
      temporaryFolder: this.#options.pieceFolder,
      ...(input !== undefined && { input }),
    }).catch((error: unknown) => {
      throw refusalOf(error, this.#recipe);
    });
  }

  #lookAhead(): { bounds: Envelope | null; charset: string | null } {
    const { needs } = this.#recipe;
    const { schema } = this.#options;
    const texts = schema.fieldSurveys.filter((_, index) => schema.fields[index]!.type === 'text');
    return {
      bounds: needs.includes('bounds') ? (schema.geometry?.envelope ?? null) : null,
      charset: needs.includes('charset') ? charsetOfFields(texts) : null,
    };
  }

  /** Whether something must be known of the features that only all of them tell. */
  #waitsForAll(): boolean {
    const { needs } = this.#recipe;
    const hasPlaces = this.#options.schema.geometry !== null;
    return (
      (needs.includes('charset') && this.#known.charset === null) ||
      (needs.includes('bounds') && hasPlaces && this.#known.bounds === null)
    );
  }

  #bounds(): Envelope | null {
    return Number.isFinite(this.#envelope[0]) ? [...this.#envelope] : null;
  }

  /** What lies beyond the bounds of a TAB would be moved onto them. */
  #checkBounds(): void {
    const [known, found] = [this.#known.bounds, this.#bounds()];
    if (known === null || found === null) return;
    const isInside =
      found[0] >= known[0] && found[1] >= known[1] && found[2] <= known[2] && found[3] <= known[3];
    if (isInside) return;
    const { title } = this.#options.schema;
    throw new EngineError(
      'source-corrupt',
      `${title} has features beyond what its spatial index says. Build the index anew, or choose another format than ${this.#recipe.label}.`,
    );
  }

  #charset(): string | null {
    if (!this.#recipe.needs.includes('charset')) return null;
    const known = this.#known.charset;
    const chosen =
      known === null ? chooseCharset(this.#characters) : lossesInCharset(known, this.#characters);
    noteCharset(chosen, this.#losses);
    return chosen.name;
  }
}

/** A failure in a person's words, where it is the format that cannot hold the layer. */
function refusalOf(error: unknown, { refusal }: OgrRecipe): unknown {
  const isRefusal =
    error instanceof EngineError && refusal !== undefined && error.message.includes(refusal.words);
  return isRefusal ? new EngineError('format-limit', refusal.meaning, { cause: error }) : error;
}
