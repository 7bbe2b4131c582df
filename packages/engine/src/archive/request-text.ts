import type { Region } from '../plan/request.ts';

/** A longer outline is no text that anybody reads: each position on four lines would take twice the bytes. */
const longRegion = 1000;

/** What a request says. */
interface Requested {
  readonly body: unknown;
  readonly region: Region | null;
}

/** How many positions a region has. */
export function positionCount({ geometry }: Pick<Region, 'geometry'>): number {
  let count = 0;
  for (const polygon of geometry.coordinates) for (const ring of polygon) count += ring.length;
  return count;
}

/** Whether the region is written out in the request, and not the reference of a crop feature. */
export function hasOutline({ body, region }: Requested): boolean {
  return (
    region !== null && typeof body === 'object' && body !== null && isObject(Reflect.get(body, 'extent'))
  );
}

/** Spaces by which each level of `request.json` is indented: none, and all on one line, where it has a long outline. */
export function requestIndent(request: Requested): number {
  const { region } = request;
  return region !== null && hasOutline(request) && positionCount(region) > longRegion ? 0 : 2;
}

/** The text of `request.json`, in pieces where it is long: as one it would take as much memory as all the rest of a run. */
export function* requestText(request: Requested): Generator<string> {
  const indent = requestIndent(request);
  if (indent === 0) yield* jsonPieces(request.body);
  else yield JSON.stringify(request.body, null, indent);
  yield '\n';
}

/** Positions in one piece of text. */
const positionsInPiece = 4096;

/** What `JSON.stringify` would say, with lists of positions in pieces. */
function* jsonPieces(value: unknown): Generator<string> {
  if (Array.isArray(value) && Array.isArray(value[0])) {
    const size = Array.isArray(value[0][0]) ? 1 : positionsInPiece;
    for (let at = 0; at < value.length; at += size) {
      yield at === 0 ? '[' : ',';
      if (size === 1) yield* jsonPieces(value[at]);
      else yield JSON.stringify(value.slice(at, at + size)).slice(1, -1);
    }
    yield ']';
  } else if (isObject(value) && !Array.isArray(value)) {
    let before = '{';
    for (const [key, entry] of Object.entries(value)) {
      if (entry === undefined) continue;
      yield `${before}${JSON.stringify(key)}:`;
      yield* jsonPieces(entry);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  } else {
    yield JSON.stringify(value);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
