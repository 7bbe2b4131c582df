import type { Polygons } from '../area/polygons.ts';

const prefix = 'outcrop.shape.';
/** Shapes that were kept before: writing a large one takes a while. */
const names = new WeakMap<Polygons, string>();

/** Keeps a shape that is too large for an address in this tab, and gives the name to find it by. */
export function keepShape(polygons: Polygons): string {
  const known = names.get(polygons);
  if (known !== undefined) return known;
  const text = JSON.stringify(polygons);
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  const name = `${(hash >>> 0).toString(36)}${text.length.toString(36)}`;
  try {
    sessionStorage.setItem(prefix + name, text);
  } catch {
    // A full store costs the shape after a reload, and nothing before.
  }
  names.set(polygons, name);
  return name;
}

/** The shape of a name; null where this tab has none. */
export function recallShape(name: string): Polygons | null {
  const text = /^[0-9a-z]{1,20}$/.test(name) ? sessionStorage.getItem(prefix + name) : null;
  return text === null ? null : (JSON.parse(text) as Polygons);
}
