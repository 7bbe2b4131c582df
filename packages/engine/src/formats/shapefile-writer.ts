import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { esriWkt } from '../crs/esri-wkt.ts';
import type { FeatureBatch } from '../features/feature-batch.ts';
import { type GeometryArray, type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import { withDiskErrors } from './block-file.ts';
import { DbfFile } from './dbf-file.ts';
import { type DbfField, dbfFields } from './dbf-schema.ts';
import type { FeatureWriter, WriterOptions } from './feature-writer.ts';
import { familyOf, type ShapeFamily } from './shape-type.ts';
import { type PartRange, ShpFile } from './shp-file.ts';

/** Offsets are signed 32-bit counts of words, but common readers stop at 2 GB. */
const defaultMaxBytes = 2 ** 31 - 1;

interface OpenSet {
  readonly shp: ShpFile | null;
  readonly dbf: DbfFile;
}

/**
 * Shapefiles: one for each family of shapes that comes (a layer of points and polygons makes two), each split where it
 * would pass 2 GB. A table is a `.dbf` alone.
 */
export class ShapefileWriter implements FeatureWriter {
  readonly #options: WriterOptions;
  readonly #fields: readonly DbfField[];
  readonly #families: readonly ShapeFamily[];
  readonly #open = new Map<ShapeFamily | 'table', OpenSet>();
  readonly #parts = new Map<string, number>();
  readonly #maxBytes: number;
  /** Whether files are named for their family. */
  readonly #isMixed: boolean;

  constructor(options: WriterOptions, maxBytes = defaultMaxBytes) {
    const { schema, losses } = options;
    this.#options = options;
    this.#maxBytes = maxBytes;
    this.#fields = dbfFields(schema.fields, schema.fieldSurveys, losses);
    this.#families =
      schema.geometry === null ? [] : expectedFamilies(schema.geometry.kinds, schema.geometry.type);
    this.#isMixed =
      this.#families.length > 1 || schema.geometry?.kinds.includes(geometryKind.collection) === true;
  }

  write(batch: FeatureBatch): void {
    for (let row = 0; row < batch.length; row++) {
      if (batch.geometry === null) this.#set('table', this.#fieldBytes).dbf.append(batch, row);
      else this.#writeFeature(batch, batch.geometry, row);
    }
  }

  finish(): void {
    // An empty layer is a shapefile without shapes.
    if (this.#open.size === 0) this.#set(this.#families[0] ?? 'table');
    for (const set of this.#open.values()) finishSet(set);
    this.#open.clear();
  }

  [Symbol.dispose](): void {
    for (const set of this.#open.values()) {
      set.shp?.close();
      set.dbf.close();
    }
  }

  get #fieldBytes(): number {
    return 1 + this.#fields.reduce((sum, { width }) => sum + width, 0);
  }

  #writeFeature(batch: FeatureBatch, geometry: GeometryArray, row: number): void {
    const all = { first: geometry.featureParts[row]!, end: geometry.featureParts[row + 1]! };
    const kind = geometry.kinds[row] as GeometryKind;
    if (kind !== geometryKind.collection) {
      this.#writeShape(batch, row, { family: this.#familyFor(kind), parts: all });
      return;
    }
    const runs = runsOfFamilies(geometry, all);
    if (runs.length !== 1) {
      this.#options.losses.add(
        'geometry-split',
        'A geometry collection is written as one shape for each of its kinds, with the same attributes.',
      );
    }
    if (runs.length === 0) this.#writeShape(batch, row, { family: this.#families[0]!, parts: all });
    for (const run of runs) this.#writeShape(batch, row, run);
  }

  /** Single points go with the multipoints where there are any, so that one layer makes one file. */
  #familyFor(kind: GeometryKind): ShapeFamily {
    const family = familyOf(kind) ?? this.#families[0]!;
    return family === 'point' && !this.#families.includes('point') && this.#families.includes('multipoint')
      ? 'multipoint'
      : family;
  }

  #writeShape(
    batch: FeatureBatch,
    row: number,
    { family, parts }: { family: ShapeFamily; parts: PartRange },
  ): void {
    const known = this.#set(family);
    const set = this.#set(family, known.shp!.sizeOf(batch.geometry!, parts));
    set.shp!.append(batch.geometry!, parts);
    set.dbf.append(batch, row);
  }

  /** The open set of a family; a new one where the next record would pass the limit. */
  #set(family: ShapeFamily | 'table', nextBytes = 0): OpenSet {
    const open = this.#open.get(family);
    if (open !== undefined) {
      const isFull =
        (open.shp?.length ?? 0) + nextBytes > this.#maxBytes ||
        open.dbf.length + this.#fieldBytes > this.#maxBytes;
      if (!isFull) return open;
      finishSet(open);
    }
    const made = this.#create(family);
    this.#open.set(family, made);
    return made;
  }

  #create(family: ShapeFamily | 'table'): OpenSet {
    const { schema, folder, losses } = this.#options;
    const part = (this.#parts.get(family) ?? 0) + 1;
    this.#parts.set(family, part);
    if (part === 2)
      losses.add('file-split', 'The layer is split into several files below 2 GB.', { count: 0 });
    const name = [schema.name, this.#isMixed ? family : '', part > 1 ? `part${part}` : '']
      .filter(Boolean)
      .join('-');
    const path = join(folder, name);
    const { geometry } = schema;
    const dbf = new DbfFile(path, {
      fields: this.#fields,
      columnNames: schema.fields.map((field) => field.name),
      modified: schema.modified,
      losses,
    });
    this.#writeText(`${path}.cpg`, 'UTF-8');
    if (geometry === null || family === 'table') return { shp: null, dbf };
    const wkt = geometry.crs === null ? null : esriWkt(geometry.crs);
    if (wkt !== null) this.#writeText(`${path}.prj`, wkt);
    else
      losses.add(
        'crs-unnamed',
        `There is no .prj: ${geometry.crs?.code ?? 'the CRS'} is not among those a .prj can name.`,
      );
    return { shp: new ShpFile(path, { family, hasZ: geometry.hasZ, hasM: geometry.hasM }), dbf };
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
function expectedFamilies(kinds: readonly number[], declared: string): ShapeFamily[] {
  const families = new Set<ShapeFamily>();
  for (const kind of kinds) {
    const family = familyOf(kind as GeometryKind);
    if (family !== undefined) families.add(family);
  }
  if (families.has('multipoint')) families.delete('point');
  if (families.size === 0) families.add(declaredFamily(declared));
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
