import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { seededRandom } from '../testing/seeded-random.ts';
import { PackedRtree } from './packed-rtree.ts';

interface Box {
  readonly id: number;
  readonly box: readonly [number, number, number, number];
}

function randomBoxes(count: number): Box[] {
  const random = seededRandom(count + 1);
  return Array.from({ length: count }, (_, k) => {
    const [x, y] = [1_500_000 + random() * 1e5, 5_000_000 + random() * 1e5];
    // Ids with gaps, and beyond 32 bits.
    return { id: k * 3 + (k > count / 2 ? 2 ** 40 : 1), box: [x, y, x + random() * 500, y + random() * 500] };
  });
}

function packed(boxes: readonly Box[]): Database.Database {
  const tree = new PackedRtree();
  // In several portions, as blocks come.
  for (let first = 0; first < boxes.length; first += 1000) {
    const portion = boxes.slice(first, first + 1000);
    tree.add(
      Float64Array.from(portion, ({ id }) => id),
      Float64Array.from(portion.flatMap(({ box }) => box)),
    );
  }
  const database = new Database(':memory:');
  tree.write(database, 'rtree_a_b');
  return database;
}

const meeting =
  'SELECT id FROM rtree_a_b WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ? ORDER BY id';

test.each([0, 1, 51, 52, 51 * 51, 51 * 51 + 1, 140_000])(
  '%i boxes are a sound tree that finds what a scan finds',
  (count) => {
    const boxes = randomBoxes(count);
    using database = disposable(packed(boxes));
    expect(database.prepare("SELECT rtreecheck('rtree_a_b')").pluck().get()).toBe('ok');
    const random = seededRandom(7);
    for (let query = 0; query < 20; query++) {
      const [x, y] = [1_500_000 + random() * 1e5, 5_000_000 + random() * 1e5];
      const size = random() * 2e4;
      const found = database
        .prepare<number[], number>(meeting)
        .pluck()
        .all(x, x + size, y, y + size);
      const expected = boxes
        .filter(({ box }) => box[2] >= x && box[0] <= x + size && box[3] >= y && box[1] <= y + size)
        .map(({ id }) => id);
      // Boxes are kept in 32 bits, rounded outwards: they may be found a hair too often, never too seldom.
      expect(expected.filter((id) => !found.includes(id))).toEqual([]);
      expect(found.length - expected.length).toBeLessThanOrEqual(3 + expected.length / 100);
    }
  },
);

test('later edits go on from the packed tree', () => {
  using database = disposable(packed(randomBoxes(5000)));
  const insert = database.prepare('INSERT INTO rtree_a_b VALUES (?, 1, 2, 3, 4)');
  for (let id = 1e6; id < 1e6 + 500; id++) insert.run(id);
  database.exec('DELETE FROM rtree_a_b WHERE id < 3000');
  expect(database.prepare("SELECT rtreecheck('rtree_a_b')").pluck().get()).toBe('ok');
  expect(database.prepare(meeting).pluck().all(1, 2, 3, 4)).toHaveLength(500);
});

test('its envelope is exact', () => {
  const tree = new PackedRtree();
  expect(tree.envelope).toBeNull();
  tree.add(Float64Array.of(1, 2), Float64Array.of(0.1, 0.2, 0.3, 0.4, -0.1, 0.25, 0.2, 0.7));
  expect(tree.envelope).toEqual([-0.1, 0.2, 0.3, 0.7]);
});

function disposable(database: Database.Database): Database.Database & Disposable {
  return Object.assign(database, { [Symbol.dispose]: () => void database.close() });
}
