/** Positions `[x, y]` in a row. */
export type Line = readonly (readonly [number, number])[];

/**
 * Leaves out the positions of a line that lie within a tolerance of the straight way past them (Douglas and Peucker,
 * 1973). The ends stay; a ring keeps at least four positions where it had so many.
 */
export function simplifyLine(line: Line, tolerance: number): [number, number][] {
  const isKept = new Uint8Array(line.length);
  isKept[0] = 1;
  isKept[line.length - 1] = 1;
  const isRing = line.length > 3 && same(line[0]!, line.at(-1)!);
  const stack: [number, number][] = isRing ? splitRing(line, isKept) : [[0, line.length - 1]];
  for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
    const farthest = farthestFrom(line, span);
    if (farthest === null || farthest.distance <= tolerance) continue;
    isKept[farthest.at] = 1;
    stack.push([span[0], farthest.at], [farthest.at, span[1]]);
  }
  return line.filter((_, at) => isKept[at] === 1).map(([x, y]) => [x, y]);
}

/** A ring's ends are one place: it is simplified as the ways between three of its corners, which all stay. */
function splitRing(line: Line, isKept: Uint8Array): [number, number][] {
  const last = line.length - 1;
  const far = farthestFrom(line, [0, last])?.at ?? Math.floor(last / 2);
  const third = farthestFrom(line, [0, far])?.at ?? farthestFrom(line, [far, last])?.at ?? null;
  isKept[far] = 1;
  if (third === null)
    return [
      [0, far],
      [far, last],
    ];
  isKept[third] = 1;
  return third < far
    ? [
        [0, third],
        [third, far],
        [far, last],
      ]
    : [
        [0, far],
        [far, third],
        [third, last],
      ];
}

function farthestFrom(line: Line, [from, to]: [number, number]): { at: number; distance: number } | null {
  let best: { at: number; distance: number } | null = null;
  for (let at = from + 1; at < to; at++) {
    const distance = distanceToSegment(line[at]!, line[from]!, line[to]!);
    if (best === null || distance > best.distance) best = { at, distance };
  }
  return best;
}

type Place = readonly [number, number];

function distanceToSegment([x, y]: Place, [ax, ay]: Place, [bx, by]: Place): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}

function same(a: Place, b: Place): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
