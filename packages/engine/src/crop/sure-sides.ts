/** What rounding may add to the determinant of `sideOf`, by Shewchuk's bound: (3 + 16 e) e, where e is 2^-53. */
const roundingShare = 3.3306690738754716e-16;

/** Six coordinates: a line from a to b, and c. */
export type LineAndPoint = readonly [ax: number, ay: number, bx: number, by: number, cx: number, cy: number];

/** Whether c is to the left (1) or to the right (-1) of the line from a to b; 0 where rounding might decide. */
export function sideOf(...[ax, ay, bx, by, cx, cy]: LineAndPoint): -1 | 0 | 1 {
  const left = (ax - cx) * (by - cy);
  const right = (ay - cy) * (bx - cx);
  const difference = left - right;
  const doubt = roundingShare * (Math.abs(left) + Math.abs(right));
  if (difference > doubt) return 1;
  return difference < -doubt ? -1 : 0;
}

/** Whether a line from a by b to c surely does not run back over itself. */
export function surelyGoesOn(...[ax, ay, bx, by, cx, cy]: LineAndPoint): boolean {
  if (sideOf(ax, ay, bx, by, cx, cy) !== 0) return true;
  const [x, y] = [(ax - bx) * (cx - bx), (ay - by) * (cy - by)];
  return x + y < -1e-15 * (Math.abs(x) + Math.abs(y));
}

/** A line from a to b, and a line from c to d. */
export type TwoLines = readonly [...LineAndPoint, dx: number, dy: number];

/** Whether c and d are surely on the same side of the line from a to b. */
export function areOnOneSide(...[ax, ay, bx, by, cx, cy, dx, dy]: TwoLines): boolean {
  const side = sideOf(ax, ay, bx, by, cx, cy);
  return side !== 0 && side === sideOf(ax, ay, bx, by, dx, dy);
}
