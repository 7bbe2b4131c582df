import type { ReadRow, RowSet } from './row-set.ts';
import { boxOf, geoJsonOf, positionDistance, type Shape } from './wkb-shape.ts';

/** Something that is not in a product as it was in its source. */
export interface RowDifference {
  /** The source's field; null for what concerns shapes or whole features. */
  readonly field: string | null;
  readonly what:
    | 'features'
    | 'field-missing'
    | 'name'
    | 'type'
    | 'null'
    | 'text'
    | 'number'
    | 'value'
    | 'shape'
    | 'dimensions';
  readonly count: number;
  readonly example: string;
}

/** How rows are compared. */
export interface RowComparison {
  /** Of positions, in the units of the CRS. */
  readonly tolerance: number;
  /** How far GEOS finds two geometries apart, as GeoJSON, in the plane. */
  readonly distance: (ours: string, theirs: string) => { readonly distance: number };
  /** Whether the file says itself what its fields are. */
  readonly isTyped: boolean;
  /** Whether GDAL has names of its own for some fields, such as `Name` for the `name` of a KML. */
  readonly ignoresCase?: boolean;
  /** Whether rows are compared one by one as they come, where they are equally many. */
  readonly keepsOrder?: boolean;
}

/** Finds what differs between what was to be written and what is there, feature by feature, in whatever order they are. */
export function compareRows(expected: RowSet, actual: RowSet, comparison: RowComparison): RowDifference[] {
  const found = new Findings();
  if (expected.rows.length !== actual.rows.length) {
    found.add(null, 'features', `${expected.rows.length} became ${actual.rows.length}`);
  }
  const columns = matchColumns(expected, actual, { found, comparison });
  const isInOrder = comparison.keepsOrder === true && expected.rows.length === actual.rows.length;
  const pairs = isInOrder
    ? expected.rows.map((row, index) => [row, actual.rows[index]!] as const)
    : pairRows(expected.rows, actual.rows, columns);
  for (const [one, other] of pairs) {
    for (const { name, from, to } of columns)
      compareValues(name, [one.values[from], other.values[to]], found);
    compareShapes([one.shape, other.shape], comparison, found);
  }
  return found.all();
}

/** A field in both. */
interface ColumnPair {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

class Findings {
  readonly #found = new Map<string, { -readonly [K in keyof RowDifference]: RowDifference[K] }>();

  add(field: string | null, what: RowDifference['what'], example: string): void {
    const key = `${what} ${field ?? ''}`;
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, { field, what, count: 1, example });
    else known.count += 1;
  }

  all(): RowDifference[] {
    return [...this.#found.values()];
  }
}

/** By name, then what is left in its order: it has been renamed. */
function matchColumns(
  expected: RowSet,
  actual: RowSet,
  { found, comparison }: { found: Findings; comparison: RowComparison },
): ColumnPair[] {
  const { isTyped, ignoresCase = false } = comparison;
  const known = (name: string): string => (ignoresCase ? name.toLowerCase() : name);
  const free = new Set(actual.fields.keys());
  const places = expected.fields.map(({ name }) => {
    const to = actual.fields.findIndex(
      (field, index) => free.has(index) && known(field.name) === known(name),
    );
    if (to >= 0) free.delete(to);
    return to;
  });
  return expected.fields.flatMap(({ name, type }, from) => {
    let to = places[from]!;
    // What does not say what its fields are does not have those without a value.
    if (to < 0 && !isTyped && expected.rows.every(({ values }) => values[from] === null)) return [];
    if (to < 0) {
      const [next] = free;
      if (next === undefined) {
        found.add(name, 'field-missing', `${name} is not there`);
        return [];
      }
      free.delete(next);
      to = next;
      found.add(name, 'name', `${name} became ${actual.fields[to]!.name}`);
    }
    const written = actual.fields[to]!.type;
    if (isTyped && typeClass(type) !== typeClass(written))
      found.add(name, 'type', `${type} became ${written}`);
    return [{ name, from, to }];
  });
}

function typeClass(type: string): string {
  const upper = type.toUpperCase();
  if (/^(MEDIUM|SMALL|TINY)?INT|^UINT/.test(upper)) return 'integer';
  if (/^(REAL|DOUBLE|FLOAT)/.test(upper)) return 'real';
  if (/^(TEXT|UTF8|JSON)/.test(upper)) return 'text';
  if (upper.startsWith('BOOL')) return 'boolean';
  if (/^(DATETIME|TIMESTAMP)/.test(upper)) return 'datetime';
  return upper.replace(/[<(\d].*/, '');
}

/** Pairs rows of the same values, and among those the nearest shapes; what is left is paired as it comes. */
function pairRows(
  expected: readonly ReadRow[],
  actual: readonly ReadRow[],
  columns: readonly ColumnPair[],
): (readonly [ReadRow, ReadRow])[] {
  const waiting = new Map<string, ReadRow[]>();
  for (const row of actual) {
    const key = keyOf(columns.map(({ to }) => row.values[to]));
    const known = waiting.get(key);
    if (known === undefined) waiting.set(key, [row]);
    else known.push(row);
  }
  const pairs: (readonly [ReadRow, ReadRow])[] = [];
  const left: ReadRow[] = [];
  for (const row of expected) {
    const twin = takeNearest(row, waiting.get(keyOf(columns.map(({ from }) => row.values[from]))));
    if (twin === undefined) left.push(row);
    else pairs.push([row, twin]);
  }
  const others = new Set([...waiting.values()].flat());
  const inOrder = actual.filter((row) => others.has(row));
  for (const row of left) {
    const twin = takeNearest(row, inOrder);
    if (twin !== undefined) pairs.push([row, twin]);
  }
  return pairs;
}

/** Values as nearly every format holds them, to recognise a row by. */
function keyOf(values: readonly unknown[]): string {
  return values
    .map((value) => {
      const plain = canonical(value);
      if (plain === null || plain === 0) return '';
      if (typeof plain === 'number') return plain.toPrecision(9);
      return plain.replaceAll(/[^\x21-\x7E]/g, '').slice(0, 60);
    })
    .join('|');
}

function takeNearest(row: ReadRow, candidates: ReadRow[] | undefined): ReadRow | undefined {
  if (candidates === undefined || candidates.length === 0) return undefined;
  const box = row.shape === null ? null : boxOf(row.shape);
  let [nearest, least] = [0, Infinity];
  for (const [index, { shape }] of candidates.entries()) {
    const gap = boxGap(box, shape === null ? null : boxOf(shape));
    if (gap < least) [nearest, least] = [index, gap];
    if (gap === 0) break;
  }
  return candidates.splice(nearest, 1)[0];
}

type Box = ReturnType<typeof boxOf>;

function boxGap(a: Box, b: Box): number {
  if (a === null || b === null) return a === b ? 0 : Number.MAX_VALUE;
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}

/** A value without what only its type or its writing makes: dates of all ways of writing, booleans as 0 and 1. */
function canonical(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const moment =
    /^(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|\+00(?::?00)?)?$/.exec(text);
  if (moment === null) return text;
  const time = (moment[4] ?? '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
    .replace(/^00:00(:00)?$/, '');
  return `${moment[1]}-${moment[2]}-${moment[3]} ${time}`.trim();
}

function compareValues(field: string, [one, other]: [unknown, unknown], found: Findings): void {
  const [a, b] = [canonical(one), canonical(other)];
  if (a === b) return;
  const example = `${JSON.stringify(a)} became ${JSON.stringify(b)}`.slice(0, 160);
  if (a === null || b === null) found.add(field, 'null', example);
  else if (typeof a === 'number' && typeof b === 'number') found.add(field, 'number', example);
  else if (typeof a !== typeof b) {
    const isSame = String(a) === String(b) || Number(a) === Number(b) || { T: 1, F: 0 }[String(b)] === a;
    if (!isSame) found.add(field, 'value', example);
  } else found.add(field, 'text', example);
}

function compareShapes(
  [one, other]: readonly [Shape | null, Shape | null],
  { tolerance, distance }: RowComparison,
  found: Findings,
): void {
  if (one === null && other === null) return;
  if (one === null || other === null) {
    found.add(
      null,
      'shape',
      `${one === null ? 'none' : 'a shape'} became ${other === null ? 'none' : 'a shape'}`,
    );
    return;
  }
  const [had, has] = [dimensionsOf(one), dimensionsOf(other)];
  if (had !== has) found.add(null, 'dimensions', `${had} became ${has}`);
  if (positionDistance(one, other, had === has ? had : 2) <= tolerance) return;
  const apart = distance(geoJsonOf(other), geoJsonOf(one)).distance;
  // Alike in the plane, but not in height.
  const isElsewhere = had === has && had > 2 && positionDistance(one, other, 2) <= tolerance;
  if (!(apart <= tolerance) || isElsewhere) {
    const [a, b] = [geoJsonOf(one), geoJsonOf(other)].map((text) => text.slice(0, 70));
    found.add(null, 'shape', `${isElsewhere ? 'heights' : apart} apart: ${a} became ${b}`);
  }
}

function dimensionsOf(shape: Shape): number {
  return shape[0]?.rings[0]?.[0]?.length ?? 2;
}
