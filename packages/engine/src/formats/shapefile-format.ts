import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { esriWkt } from '../crs/esri-wkt.ts';
import type { FeatureBatch } from '../features/feature-batch.ts';
import { type GeometryArray, type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import { withDiskErrors } from './block-file.ts';
import type {
  AssembleOptions,
  BlockAssembler,
  BlockEncoder,
  BlockFormat,
  EncodedBlock,
  EncodeOptions,
} from './block-format.ts';
import { DbfEncoder } from './dbf-encoder.ts';
import { DbfFile } from './dbf-file.ts';
import { type DbfField, dbfFields } from './dbf-schema.ts';
import { LossLog } from './loss-log.ts';
import type { OutputSchema } from './output-schema.ts';
import { type PartRange, ShapeEncoder, type ShapeRecords } from './shape-encoder.ts';
import { familyOf, type ShapeFamily, shapeType } from './shape-type.ts';
import { ShpFile } from './shp-file.ts';

/** Offsets are signed 32-bit counts of words, but common readers stop at 2 GB. */
const defaultMaxBytes = 2 ** 31 - 1;

/** A family of shapes, or the rows of a table. */
type SetName = ShapeFamily | 'table';

/** What a block adds to the files of one family. */
interface SetPiece {
  readonly name: SetName;
  readonly shapes: ShapeRecords | null;
  readonly rows: Uint8Array<ArrayBuffer>;
}

/**
 * Shapefiles: one for each family of shapes that comes (a layer of points and polygons makes two), each split where it
 * would pass 2 GB. A table is a `.dbf` alone.
 */
export function shapefileFormat(maxBytes = defaultMaxBytes): BlockFormat<readonly SetPiece[]> {
  return {
    createEncoder: (options) => new ShapefileEncoder(options),
    createAssembler: (options, losses) => new ShapefileAssembler(options, losses, maxBytes),
  };
}

class ShapefileEncoder implements BlockEncoder<readonly SetPiece[]> {
  readonly #schema: OutputSchema;
  readonly #fields: readonly DbfField[];
  readonly #families: readonly ShapeFamily[];
  readonly #sets = new Map<SetName, { shapes: ShapeEncoder | null; rows: DbfEncoder }>();
  #losses = new LossLog();

  constructor({ schema }: EncodeOptions) {
    this.#schema = schema;
    this.#fields = dbfFields(schema.fields, schema.fieldSurveys, new LossLog());
    this.#families = expectedFamilies(schema);
  }

  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<readonly SetPiece[]> {
    this.#losses = losses;
    for (let row = 0; row < batch.length; row++) {
      if (batch.geometry === null) this.#set('table').rows.append(batch, row, losses);
      else this.#encodeFeature(batch, batch.geometry, row);
    }
    const piece = [...this.#sets].map(([name, { shapes, rows }]): SetPiece => ({
      name,
      shapes: shapes?.take() ?? null,
      rows: rows.take(),
    }));
    const transfer = piece.flatMap(({ shapes, rows }) => [
      rows.buffer,
      ...(shapes === null ? [] : [shapes.bytes.buffer]),
    ]);
    return { piece, transfer };
  }

  #encodeFeature(batch: FeatureBatch, geometry: GeometryArray, row: number): void {
    const all = { first: geometry.featureParts[row]!, end: geometry.featureParts[row + 1]! };
    const kind = geometry.kinds[row] as GeometryKind;
    if (kind !== geometryKind.collection) {
      this.#encodeShape(batch, row, { family: this.#familyFor(kind), parts: all });
      return;
    }
    const runs = runsOfFamilies(geometry, all);
    if (runs.length !== 1) {
      this.#losses.add(
        'geometry-split',
        'A geometry collection is written as one shape for each of its kinds, with the same attributes.',
      );
    }
    if (runs.length === 0) this.#encodeShape(batch, row, { family: this.#families[0]!, parts: all });
    for (const run of runs) this.#encodeShape(batch, row, run);
  }

  #encodeShape(
    batch: FeatureBatch,
    row: number,
    { family, parts }: { family: ShapeFamily; parts: PartRange },
  ): void {
    const { shapes, rows } = this.#set(family);
    shapes?.append(batch.geometry!, parts);
    rows.append(batch, row, this.#losses);
  }

  /** Single points go with the multipoints where there are any, so that one layer makes one file. */
  #familyFor(kind: GeometryKind): ShapeFamily {
    const family = familyOf(kind) ?? this.#families[0]!;
    const joins =
      family === 'point' && !this.#families.includes('point') && this.#families.includes('multipoint');
    return joins ? 'multipoint' : family;
  }

  #set(name: SetName): { shapes: ShapeEncoder | null; rows: DbfEncoder } {
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const { geometry, fields } = this.#schema;
    const shapes =
      name === 'table'
        ? null
        : new ShapeEncoder({ family: name, hasZ: geometry?.hasZ === true, hasM: geometry?.hasM === true });
    const columnNames = fields.map((field) => field.name);
    const made = { shapes, rows: new DbfEncoder(this.#fields, columnNames) };
    this.#sets.set(name, made);
    return made;
  }
}

interface OpenSet {
  readonly shp: ShpFile | null;
  readonly dbf: DbfFile;
}

class ShapefileAssembler implements BlockAssembler<readonly SetPiece[]> {
  readonly #options: AssembleOptions;
  readonly #losses: LossLog;
  readonly #fields: readonly DbfField[];
  readonly #families: readonly ShapeFamily[];
  /** Whether files are named for their family. */
  readonly #isMixed: boolean;
  readonly #maxBytes: number;
  readonly #open = new Map<SetName, OpenSet>();
  readonly #parts = new Map<SetName, number>();

  constructor(options: AssembleOptions, losses: LossLog, maxBytes: number) {
    const { schema } = options;
    this.#options = options;
    this.#losses = losses;
    this.#maxBytes = maxBytes;
    this.#fields = dbfFields(schema.fields, schema.fieldSurveys, losses);
    this.#families = expectedFamilies(schema);
    this.#isMixed =
      this.#families.length > 1 || schema.geometry?.kinds.includes(geometryKind.collection) === true;
  }

  append(pieces: readonly SetPiece[]): void {
    for (const { name, shapes, rows } of pieces) {
      if (rows.length === 0) continue;
      const set = this.#set(name, { shapeBytes: shapes?.bytes.length ?? 0, rowBytes: rows.length });
      if (shapes !== null) set.shp?.append(shapes);
      set.dbf.append(rows);
    }
  }

  finish(): void {
    // An empty layer is a shapefile without shapes.
    if (this.#open.size === 0) this.#set(this.#families[0] ?? 'table', { shapeBytes: 0, rowBytes: 0 });
    for (const set of this.#open.values()) finishSet(set);
    this.#open.clear();
  }

  [Symbol.dispose](): void {
    for (const set of this.#open.values()) {
      set.shp?.close();
      set.dbf.close();
    }
  }

  /** The open set of a family; a new one where the next records would pass the limit. */
  #set(name: SetName, next: { shapeBytes: number; rowBytes: number }): OpenSet {
    const open = this.#open.get(name);
    if (open !== undefined) {
      const largest = Math.max(
        (open.shp?.length ?? 0) + next.shapeBytes,
        open.dbf.length + next.rowBytes + 1,
      );
      if (largest <= this.#maxBytes) return open;
      finishSet(open);
    }
    const made = this.#create(name);
    this.#open.set(name, made);
    return made;
  }

  #create(name: SetName): OpenSet {
    const { schema, folder } = this.#options;
    const part = (this.#parts.get(name) ?? 0) + 1;
    this.#parts.set(name, part);
    if (part === 2)
      this.#losses.add('file-split', 'The layer is split into several files below 2 GB.', { count: 0 });
    const words = [schema.name, this.#isMixed ? name : '', part > 1 ? `part${part}` : ''];
    const path = join(folder, words.filter(Boolean).join('-'));
    const dbf = new DbfFile(path, this.#fields, schema.modified);
    this.#writeText(`${path}.cpg`, 'UTF-8');
    const { geometry } = schema;
    if (geometry === null || name === 'table') return { shp: null, dbf };
    const wkt = geometry.crs === null ? null : esriWkt(geometry.crs);
    if (wkt !== null) this.#writeText(`${path}.prj`, wkt);
    else {
      const crs = geometry.crs?.code ?? 'the CRS';
      this.#losses.add('crs-unnamed', `There is no .prj: ${crs} is not among those a .prj can name.`);
    }
    return { shp: new ShpFile(path, shapeType(name, geometry.hasZ, geometry.hasM)), dbf };
  }

  #writeText(path: string, text: string): void {
    withDiskErrors(path, () => writeFileSync(path, text));
  }
}

function finishSet(set: OpenSet): void {
  set.shp?.finish();
  set.dbf.finish();
}

/** The families that will come, by the kinds that the source holds; points join multipoints. */
function expectedFamilies({ geometry }: OutputSchema): ShapeFamily[] {
  if (geometry === null) return [];
  const families = new Set<ShapeFamily>();
  for (const kind of geometry.kinds) {
    const family = familyOf(kind as GeometryKind);
    if (family !== undefined) families.add(family);
  }
  if (families.has('multipoint')) families.delete('point');
  if (families.size === 0) families.add(declaredFamily(geometry.type));
  return [...families];
}

function declaredFamily(declared: string): ShapeFamily {
  if (declared.endsWith('POLYGON')) return 'polygon';
  if (declared.endsWith('LINESTRING')) return 'line';
  return declared === 'MULTIPOINT' ? 'multipoint' : 'point';
}

/** The parts of a collection, which stand in any order, by family: only runs of neighbours can share a shape. */
function runsOfFamilies(
  geometry: GeometryArray,
  all: PartRange,
): { family: ShapeFamily; parts: PartRange }[] {
  const runs: { family: ShapeFamily; parts: { first: number; end: number } }[] = [];
  for (let part = all.first; part < all.end; part++) {
    const family = familyOf(geometry.partKinds[part] as GeometryKind) ?? 'point';
    const last = runs.at(-1);
    if (last !== undefined && last.family === family && family !== 'point') last.parts.end = part + 1;
    else runs.push({ family, parts: { first: part, end: part + 1 } });
  }
  return runs;
}
