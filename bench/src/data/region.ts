import { createRandom, type Random } from './random.ts';
import { studyArea } from './study-area.ts';

const metresPerDegree = {
  longitude: 111_320 * Math.cos((studyArea.latitude * Math.PI) / 180),
  latitude: 110_970,
};

/** A GeoJSON polygon in EPSG:4326. */
export interface RegionGeometry {
  readonly type: 'Polygon';
  readonly coordinates: readonly [readonly (readonly [number, number])[]];
}

/**
 * A region with an outline like a coast: rough at every scale down to its vertices. It is a star around the study
 * area's centre, so it never crosses itself.
 *
 * @param vertexCount distinct vertices; the ring has one more, to close it.
 * @param radius mean radius, metres.
 */
export function coastRegion(vertexCount: number, radius: number): RegionGeometry {
  const random = createRandom(vertexCount);
  const roughness = circularNoise(random, vertexCount);
  const ring = roughness.map((bump, index): readonly [number, number] => {
    const angle = (2 * Math.PI * index) / vertexCount;
    const distance = radius * (1 + bump);
    return [
      studyArea.longitude + (distance * Math.cos(angle)) / metresPerDegree.longitude,
      studyArea.latitude + (distance * Math.sin(angle)) / metresPerDegree.latitude,
    ];
  });
  const [first] = ring;
  if (first === undefined || vertexCount < 3) {
    throw new RangeError(`a region of ${vertexCount} vertices is no polygon; give 3 or more`);
  }
  return { type: 'Polygon', coordinates: [[...ring, first]] };
}

/** Noise around a circle, each octave with twice the frequency and 0.6 of the height, between -0.5 and 0.5. */
function circularNoise(random: Random, count: number): number[] {
  const noise = Array.from({ length: count }, () => 0);
  let height = 0.2;
  for (let knots = 4; knots <= count * 2; knots *= 2) {
    const values = Array.from({ length: knots }, () => (random() - 0.5) * 2 * height);
    for (let index = 0; index < count; index++) {
      const position = (index / count) * knots;
      const knot = Math.floor(position);
      const before = values[knot % knots] ?? 0;
      const after = values[(knot + 1) % knots] ?? 0;
      noise[index] = (noise[index] ?? 0) + before + (after - before) * (position - knot);
    }
    height *= 0.6;
  }
  return noise;
}
