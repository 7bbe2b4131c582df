import { expect, test } from 'vitest';

import type { Ring } from '../area/polygons.ts';
import { readWorld, worldPieces, type WorldTopology } from './world.ts';

/** Countries by the arcs of their rings. */
function topologyOf(
  countries: Readonly<Record<string, readonly number[][]>>,
  arcs: readonly Ring[],
): WorldTopology {
  const geometries = Object.entries(countries).map(([name, rings]) => ({
    type: 'Polygon',
    arcs: rings,
    properties: { name },
  }));
  return {
    type: 'Topology',
    arcs,
    objects: { countries: { type: 'GeometryCollection', geometries } },
  } as unknown as WorldTopology;
}

function square(west: number, south: number, size: number): Ring {
  return [
    [west, south],
    [west, south + size],
    [west + size, south + size],
    [west + size, south],
    [west, south],
  ];
}

const everything = { box: null, tolerance: 0 };

test('the border between two countries is one line, and each coast another', () => {
  const border: Ring = [
    [10, 0],
    [10, 10],
  ];
  const westCoast: Ring = [
    [10, 10],
    [0, 10],
    [0, 0],
    [10, 0],
  ];
  const eastCoast: Ring = [
    [10, 0],
    [20, 0],
    [20, 10],
    [10, 10],
  ];
  const world = readWorld(
    topologyOf({ West: [[0, 1]], East: [[~0, 2].toReversed()] }, [border, westCoast, eastCoast]),
  );
  const { lands, lines } = worldPieces(world, everything);
  expect(lands.map(({ name }) => name)).toEqual(['West', 'East']);
  expect(lines).toEqual([border, westCoast, eastCoast]);
});

test('a box across 180 degrees has the land on both sides of it, and no other', () => {
  const arcs = [square(174, -5, 4), square(-178, -5, 4), square(0, -5, 4)];
  const world = readWorld(topologyOf({ East: [[0]], West: [[1]], Far: [[2]] }, arcs));
  for (const turn of [-720, -360, 0, 360]) {
    const box = [170 + turn, -20, 190 + turn, 20] as const;
    const { lands, lines } = worldPieces(world, { box, tolerance: 0 });
    expect(lands).toEqual([
      { name: 'East', polygons: [[arcs[0]]] },
      { name: 'West', polygons: [[arcs[1]]] },
    ]);
    expect(lines).toHaveLength(2);
  }
});

test('land is cut at the box, and a coast to the stretches that are in it', () => {
  const world = readWorld(topologyOf({ Land: [[0]] }, [square(0, 0, 10)]));
  const { lands, lines } = worldPieces(world, { box: [-5, 4, 5, 6], tolerance: 0 });
  const ring = lands[0]!.polygons[0]![0]!;
  expect([...new Set(ring.map(([x, y]) => `${x} ${y}`))].toSorted()).toEqual(['0 4', '0 6', '5 4', '5 6']);
  // The west coast alone: the one in the east is outside, and those in the north and south as well.
  expect(lines).toEqual([
    [
      [0, 0],
      [0, 10],
    ],
  ]);
});

test('a coast that leaves a box and comes back is two stretches in it', () => {
  const ring: Ring = [
    [0, 25],
    [0, -5],
    [0, -10],
    [5, -10],
    [5, -5],
    [5, 25],
    [0, 25],
  ];
  const world = readWorld(topologyOf({ Land: [[0]] }, [ring]));
  const { lines } = worldPieces(world, { box: [-1, 20, 6, 24], tolerance: 0 });
  expect(lines).toEqual([ring.slice(0, 2), ring.slice(4, 6)]);
});

test('what cannot be seen is left out: islands as a whole, bays bit by bit', () => {
  const bays: Ring = Array.from({ length: 1001 }, (_, at) => [at / 100, at % 2 === 0 ? 0 : 0.001] as const);
  const coast = [...bays, [10, 10], [0, 10], [0, 0]] as Ring;
  const world = readWorld(topologyOf({ Land: [[0]], Islet: [[1]] }, [coast, square(20, 20, 0.01)]));
  const { lands } = worldPieces(world, { box: null, tolerance: 0.5 });
  expect(lands.map(({ name }) => name)).toEqual(['Land']);
  const ring = lands[0]!.polygons[0]![0]!;
  expect(ring.length).toBeLessThan(30);
  expect(ring[0]).toEqual(ring.at(-1));
});

test('land at 180 degrees has no coast along them', () => {
  const ring: Ring = [
    [170, 60],
    [170, 70],
    [180, 70],
    [180, 60],
    [170, 60],
  ];
  const { lines } = worldPieces(readWorld(topologyOf({ Chukotka: [[0]] }, [ring])), everything);
  expect(lines.flat().every(([x]) => x === 170)).toBe(true);
});
