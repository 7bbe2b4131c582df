import fc from 'fast-check';

/** A value that something may choke on. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -0,
    -1,
    1,
    1e308,
    -1e308,
    5e-324,
    2 ** 31,
    2 ** 53,
    '',
    ' ',
    '0',
    '-1',
    [],
    {},
    [[]],
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    "'; DROP TABLE outcrop.exports; --",
    '%00',
    '\0',
    'a\r\nX-Injected: 1',
    '\u001b[31mred',
    '\ud800',
    '\u202e',
    'layers/1',
    'layers/999',
    'tables/3',
    'layers/5',
    'EPSG:4326',
    'EPSG:2193',
    'EPSG:999999',
    'http://127.0.0.1:9/',
    'file:///etc/passwd',
    '/vsicurl/http://a/',
    'exports/croplayers/1/cropfeatures/1/',
    'application/x-ogc-gpkg',
    'text/csv',
    'image/tiff;subtype=geotiff',
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as unknown,
    [null],
    { type: 'Polygon' },
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
  fc.integer(),
  fc.nat({ max: 5000 }).map((length) => 'x'.repeat(length)),
  fc.nat({ max: 60 }).map(nested),
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** One change: which place, by a number that is taken modulo how many there are, and what becomes of it. */
interface Change {
  readonly place: number;
  readonly how: 'replace' | 'remove' | 'repeat' | 'rename' | 'add';
  readonly value: unknown;
  readonly key: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  place: fc.nat(),
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'repeat', 'rename', 'add'),
  value: oddValue,
  key: fc.oneof(
    fc.constantFrom('__proto__', 'constructor', 'id', 'url', '', 'type'),
    fc.string({ maxLength: 8 }),
  ),
});

/** A valid value with a few changes, each somewhere in it; often none at all. */
export function mutated(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.array(change, { maxLength: 3 }))
    .map(([value, changes]) => changes.reduce(applyChange, value));
}

/** JSON text of it, sometimes broken: cut off, or with a piece of it replaced. */
export function mutatedText(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const text = value.map((one) => JSON.stringify(one) ?? 'null');
  const broken = fc
    .tuple(text, fc.nat(), fc.nat({ max: 20 }), fc.string({ maxLength: 6 }))
    .map(([whole, at, length, piece]) => {
      const start = at % (whole.length + 1);
      return whole.slice(0, start) + piece + whole.slice(start + length);
    });
  return fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: broken });
}

function applyChange(value: unknown, one: Change): unknown {
  const counter = { left: one.place % countPlaces(value) };
  return walk(value, counter, (found) => changed(found, one));
}

function countPlaces(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return 1 + Object.values(value).reduce<number>((sum, inner) => sum + countPlaces(inner), 0);
}

/** A copy in which the place that the counter comes to is changed. */
function walk(value: unknown, counter: { left: number }, change: (found: unknown) => unknown): unknown {
  const isHere = counter.left === 0;
  counter.left -= 1;
  if (isHere) return change(value);
  if (Array.isArray(value)) return value.map((inner) => walk(inner, counter, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, walk(inner, counter, change)] as const);
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
}

function changed(found: unknown, { how, value, key }: Change): unknown {
  if (how === 'remove') return undefined;
  if (how === 'repeat') return Array.isArray(found) ? [...found, ...found] : [found, found];
  if (typeof found !== 'object' || found === null || how === 'replace') return value;
  if (Array.isArray(found)) return [...found, value];
  if (how === 'add') return withOwn(found, key, value);
  const [first, ...rest] = Object.entries(found);
  return first === undefined ? value : withOwn(Object.fromEntries(rest), key, first[1]);
}

/** `JSON.parse` makes `__proto__` a key like others; so does this. */
function withOwn(target: object, key: string, value: unknown): object {
  return Object.fromEntries([...Object.entries(target), [key, value]]);
}
