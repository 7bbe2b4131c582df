import type { Envelope } from '../features/geometry-array.ts';
import { columnSql } from './column-values.ts';
import { type PostgisTable, quotedTable, quoteName } from './postgis-table.ts';

/** The rows whose box meets an envelope, by the table's spatial index; all of them where it is null. */
function condition({ geometry }: PostgisTable, area: Envelope | null): string {
  if (area === null || geometry === null) return '';
  const column = quoteName(geometry.name);
  if (!area.every(Number.isFinite)) throw new RangeError(`an envelope of ${area.join(', ')}`);
  // The SRID of the column itself, whichever it is, so that the index can be used.
  const srid = `(SELECT ST_SRID(${column}) FROM __table__ WHERE ${column} IS NOT NULL LIMIT 1)`;
  return ` WHERE ${column} && ST_SetSRID(ST_MakeBox2D(ST_MakePoint(${area[0]}, ${area[1]}), ST_MakePoint(${area[2]}, ${area[3]})), ${srid})`;
}

function withTable(source: PostgisTable, area: Envelope | null): string {
  return condition(source, area).replace('__table__', () => quotedTable(source));
}

/** Id, geometry as WKB, and fields of rows, in the order of their ids. */
export function rowsQuery(source: PostgisTable, area: Envelope | null): string {
  const { key, geometry } = source;
  const id = key === null ? 'row_number() OVER ()' : `${quoteName(key)}::int8`;
  const column = geometry === null ? null : quoteName(geometry.name);
  const shape =
    column === null
      ? 'NULL::bytea'
      : `ST_AsBinary(CASE WHEN ST_HasArc(${column}) THEN ST_CurveToLine(${column}) ELSE ${column} END, 'NDR')`;
  const columns = [id, shape, ...source.fields.map(columnSql)].join(', ');
  return `SELECT ${columns} FROM ${quotedTable(source)}${withTable(source, area)} ORDER BY 1`;
}

/** The boxes of rows: minX, minY, maxX, maxY. */
export function boxesQuery(source: PostgisTable, area: Envelope): string {
  const column = quoteName(source.geometry?.name ?? '');
  const sides = ['ST_XMin', 'ST_YMin', 'ST_XMax', 'ST_YMax'].map((side) => `${side}(${column})::float8`);
  return `SELECT ${sides.join(', ')} FROM ${quotedTable(source)}${withTable(source, area)}`;
}
