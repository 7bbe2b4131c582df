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

/** The text of `request.json`. */
export function requestText(request: Requested): string {
  return `${JSON.stringify(request.body, null, requestIndent(request))}\n`;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
