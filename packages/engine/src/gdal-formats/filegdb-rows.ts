import { type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import type { EncodeOptions } from '../formats/block-format.ts';
import { type FileGdbColumn, fileGdbTypeOf } from '../formats/filegdb-column.ts';
import type { FileGdbRows } from '../formats/filegdb-encoder.ts';
import { fileGdbGrid } from '../formats/filegdb-grid.ts';
import { needsLong } from '../formats/integer-value.ts';
import { LossLog } from '../formats/loss-log.ts';
import { familyOf, type ShapeFamily } from '../formats/shape-type.ts';
import type { FieldType, GeometryType } from '../source/layer.ts';
import type { OgrRecipe } from './ogr-recipe.ts';
import { type StreamSet, streamShape } from './stream-shape.ts';
import { TextCleaner } from './text-cleaner.ts';

const families: Readonly<Partial<Record<GeometryType, ShapeFamily>>> = {
  POINT: 'point',
  MULTIPOINT: 'multipoint',
  LINESTRING: 'line',
  MULTILINESTRING: 'line',
  POLYGON: 'polygon',
  MULTIPOLYGON: 'polygon',
};

/**
 * What the rows of a layer are made of, where we write them ourselves: a table, or a layer of one family of shapes. Null
 * where `ogr2ogr` writes them: collections, several families, and what is not known of beforehand.
 */
export function fileGdbRows(recipe: OgrRecipe, options: EncodeOptions): FileGdbRows | null {
  const { sets, columns } = streamShape(recipe, options, new LossLog());
  const [set] = sets;
  if (set === undefined || sets.length > 1) return null;
  const family = set.type === null ? null : familyOfSet(set, options);
  if (family === undefined) return null;
  const { schema } = options;
  const cleaner = new TextCleaner({ ...recipe, countsCharacters: false }, new LossLog());
  return {
    columns: columns.flatMap(({ name, field, type, values }): FileGdbColumn[] => {
      if (field === null || !('column' in values)) return [];
      const isLong = needsLong({ name, type }, schema.fieldSurveys[values.column]);
      return [
        { name, field, type: fileGdbTypeOf(type, isLong), holds: holdsOf(type), column: values.column },
      ];
    }),
    shape: family === null ? null : { family, grid: fileGdbGrid(schema) },
    clean: (column, length, field, losses) => {
      cleaner.losses = losses;
      return cleaner.clean(column, length, field);
    },
  };
}

function holdsOf(type: FieldType): FileGdbColumn['holds'] {
  if (type === 'boolean') return 'flags';
  return type === 'integer' || type === 'integer64' ? 'integers' : 'anything';
}

/** The family of all shapes that may come; undefined where they may be of several. */
function familyOfSet({ type }: StreamSet, { schema }: EncodeOptions): ShapeFamily | undefined {
  const family = families[type!];
  const kinds = (schema.geometry?.kinds ?? []).filter((kind) => kind !== geometryKind.none);
  const isOfIt = (kind: number): boolean => {
    const own = familyOf(kind as GeometryKind);
    return own === family || (own === 'point' && family === 'multipoint');
  };
  return kinds.length > 0 && kinds.every(isOfIt) ? family : undefined;
}
