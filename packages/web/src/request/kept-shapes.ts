import type { Polygons } from '../area/polygons.ts';
import { keepText, recallText } from './kept-texts.ts';

/** Shapes that were kept before: writing a large one takes a while. */
const names = new WeakMap<Polygons, string>();

/** Keeps a shape that is too large for an address in this tab, and gives the name to find it by. */
export function keepShape(polygons: Polygons): string {
  const name = names.get(polygons) ?? keepText(JSON.stringify(polygons));
  names.set(polygons, name);
  return name;
}

/** The shape of a name; null where this tab has none. */
export function recallShape(name: string): Polygons | null {
  const text = recallText(name);
  return text === null ? null : (JSON.parse(text) as Polygons);
}
