import { seededRandom } from './seeded-random.ts';

/** A closed ring like a coast, rough at every scale down to its vertices, around a centre (degrees, metres, ...). */
export function coastline(
  vertices: number,
  [x, y]: readonly [number, number],
  radius: number,
): [number, number][] {
  const random = seededRandom(vertices);
  const distances = new Float64Array(vertices).fill(1);
  let height = 0.2;
  for (let knots = 4; knots <= vertices * 2; knots *= 2, height *= 0.55) {
    const values = Float64Array.from({ length: knots }, () => (random() - 0.5) * 2 * height);
    for (let k = 0; k < vertices; k++) {
      const position = (k / vertices) * knots;
      const knot = Math.floor(position);
      const [before, after] = [values[knot]!, values[(knot + 1) % knots]!];
      distances[k]! += before + (after - before) * (position - knot);
    }
  }
  const ring = Array.from(distances, (distance, k): [number, number] => {
    const angle = (2 * Math.PI * k) / vertices;
    return [x + radius * distance * Math.cos(angle), y + radius * distance * Math.sin(angle)];
  });
  return [...ring, ring[0]!];
}
