import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { findFormat } from '@outcrop/contract';

import type { AssembleOptions, BlockAssembler, BlockFormat } from '../formats/block-format.ts';
import { FileGdbEncoder, type FileGdbPiece, type FileGdbRows } from '../formats/filegdb-encoder.ts';
import { FileGdbTable } from '../formats/filegdb-table.ts';
import type { LossLog } from '../formats/loss-log.ts';
import { productPath } from './conversion.ts';
import { fileGdbRows } from './filegdb-rows.ts';
import { definedFields, makeFileGdbTemplate } from './filegdb-template.ts';
import { FormatGuard } from './format-guard.ts';
import { ogrFormat } from './ogr-format.ts';
import type { OgrRecipe } from './ogr-recipe.ts';
import { noteRecipeLosses } from './recipe-losses.ts';
import { StreamEncoder, type StreamPiece } from './stream-encoder.ts';
import { type StreamShape, streamShape } from './stream-shape.ts';
import { verifyProduct } from './verify-product.ts';

/**
 * File Geodatabase. GDAL makes the geodatabase with an empty layer, and our workers the rows, which takes half the time that
 * `ogr2ogr` takes alone. Layers of several kinds of shapes are written by `ogr2ogr`.
 */
export function fileGdbFormat(recipe: OgrRecipe): BlockFormat<FileGdbPiece | StreamPiece> {
  const byOgr = ogrFormat(recipe);
  return {
    isWrittenByAnother: (options) => fileGdbRows(recipe, options) === null,
    createEncoder: (options) => {
      const rows = fileGdbRows(recipe, options);
      return rows === null ? new StreamEncoder(recipe, options) : new FileGdbEncoder(rows);
    },
    createAssembler: (options, losses) => {
      const rows = fileGdbRows(recipe, options);
      const assembler =
        rows === null
          ? byOgr.createAssembler(options, losses)
          : new FileGdbAssembler({ recipe, rows, options, losses });
      // A run has one schema, so that its pieces are all of the one kind.
      return assembler as BlockAssembler<FileGdbPiece | StreamPiece>;
    },
  };
}

interface AssemblerParts {
  readonly recipe: OgrRecipe;
  readonly rows: FileGdbRows;
  readonly options: AssembleOptions;
  readonly losses: LossLog;
}

class FileGdbAssembler implements BlockAssembler<FileGdbPiece> {
  readonly #parts: AssemblerParts;
  readonly #shape: StreamShape;
  readonly #guard: FormatGuard;
  readonly #opening: Promise<FileGdbTable>;
  #table: FileGdbTable | null = null;
  #count = 0;

  constructor(parts: AssemblerParts) {
    const { recipe, options, losses } = parts;
    this.#parts = parts;
    this.#shape = streamShape(recipe, options, losses);
    noteRecipeLosses(recipe, { shape: this.#shape, options, losses });
    this.#guard = new FormatGuard({
      label: recipe.label,
      folder: options.folder,
      maxBytes: findFormat(recipe.mimetype)?.maxBytes ?? Infinity,
      signal: options.signal,
    });
    this.#opening = this.#open();
    // Who appends hears of it.
    this.#opening.catch(() => undefined);
  }

  async append(piece: FileGdbPiece): Promise<void> {
    const table = await this.#opening;
    this.#guard.signal.throwIfAborted();
    table.append(piece);
    this.#count += piece.ends.length;
  }

  async finish(): Promise<void> {
    const table = await this.#opening;
    table.finishRows();
    await Promise.all([this.#verify(table), this.#writeIndex(table)]);
    this.#guard.check();
  }

  [Symbol.dispose](): void {
    this.#guard[Symbol.dispose]();
    this.#table?.[Symbol.dispose]();
  }

  async #verify({ definition }: FileGdbTable): Promise<void> {
    const { recipe, options, losses } = this.#parts;
    await verifyProduct(productPath(recipe, options), {
      recipe,
      shape: this.#shape,
      options,
      sets: [{ set: this.#shape.sets[0]!, count: this.#count }],
      losses,
      fields: definedFields(definition),
    });
  }

  /** Lets GDAL be started first, which reads the rows on one core while this takes another. */
  async #writeIndex(table: FileGdbTable): Promise<void> {
    await setImmediate();
    table.finishIndex();
  }

  async #open(): Promise<FileGdbTable> {
    const { recipe, rows, options } = this.#parts;
    const { signal } = this.#guard;
    const { table, definition } = await makeFileGdbTemplate({
      recipe,
      shape: this.#shape,
      options,
      rows,
      signal,
    });
    signal.throwIfAborted();
    this.#table = new FileGdbTable({
      path: table,
      definition,
      spool: join(options.pieceFolder, 'boxes'),
      isOfPoints: rows.shape?.family === 'point' || rows.shape?.family === 'multipoint',
    });
    return this.#table;
  }
}
