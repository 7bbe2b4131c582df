import type { Ring } from '../area/polygons.ts';

/** Steps of a degree that corners are written in: about 0.1 m. */
const steps = 1_000_000;

/** A ring as text for an address: differences from corner to corner, in base 36, the closing corner left out. */
export function encodeRing(ring: Ring): string {
  let [previousX, previousY] = [0, 0];
  return ring
    .slice(0, -1)
    .map(([longitude, latitude]) => {
      const [x, y] = [Math.round(longitude * steps), Math.round(latitude * steps)];
      const text = `${(x - previousX).toString(36)}.${(y - previousY).toString(36)}`;
      [previousX, previousY] = [x, y];
      return text;
    })
    .join('_');
}

/** The ring of a text; null where it is none. */
export function decodeRing(text: string): Ring | null {
  let [x, y] = [0, 0];
  const ring: [number, number][] = [];
  for (const corner of text.split('_')) {
    const match = /^(-?[0-9a-z]{1,7})\.(-?[0-9a-z]{1,7})$/.exec(corner);
    if (match === null) return null;
    x += Number.parseInt(match[1]!, 36);
    y += Number.parseInt(match[2]!, 36);
    if (Math.abs(y) > 90 * steps || Math.abs(x) > 540 * steps) return null;
    ring.push([x / steps, y / steps]);
  }
  return ring.length < 3 ? null : [...ring, ring[0]!];
}
