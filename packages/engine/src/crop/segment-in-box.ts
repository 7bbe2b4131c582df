import type { Envelope } from '../features/geometry-array.ts';

type Position = readonly [number, number];

/** A place where a segment crosses a box's side. */
export interface Crossing {
  readonly position: Position;
  /**
   * From 0 to 4, clockwise around the box from its least x and y: the number of the side (left, top, right, bottom) and
   * how far along it.
   */
  readonly place: number;
}

/**
 * Where a segment enters a box and where it leaves it (Y. Liang and B. Barsky, 1984); an end that is inside is on no side,
 * and what is returned for it means nothing. Null where the segment passes by.
 */
export function segmentInBox(
  [ax, ay]: Position,
  [bx, by]: Position,
  box: Envelope,
): { entry: Crossing; exit: Crossing } | null {
  const [minX, minY, maxX, maxY] = box;
  const [dx, dy] = [bx - ax, by - ay];
  const steps = [-dx, dy, dx, -dy];
  const rooms = [ax - minX, maxY - ay, maxX - ax, ay - minY];
  let [from, to, entrySide, exitSide] = [0, 1, 0, 0];
  for (let side = 0; side < 4; side++) {
    const [step, room] = [steps[side]!, rooms[side]!];
    if (step === 0 && room < 0) return null;
    if (step === 0) continue;
    const at = room / step;
    if (step < 0 && at > from) [from, entrySide] = [at, side];
    if (step > 0 && at < to) [to, exitSide] = [at, side];
  }
  if (from >= to) return null;
  const place = (at: number, side: number): Crossing => onSide(box, side, [ax + at * dx, ay + at * dy]);
  return { entry: place(from, entrySide), exit: place(to, exitSide) };
}

function onSide([minX, minY, maxX, maxY]: Envelope, side: number, [x, y]: Position): Crossing {
  if (side % 2 === 0) {
    const along = Math.min(Math.max(y, minY), maxY);
    const share = (along - minY) / (maxY - minY);
    return { position: [side === 0 ? minX : maxX, along], place: side + (side === 0 ? share : 1 - share) };
  }
  const along = Math.min(Math.max(x, minX), maxX);
  const share = (along - minX) / (maxX - minX);
  return { position: [along, side === 1 ? maxY : minY], place: side + (side === 1 ? share : 1 - share) };
}
