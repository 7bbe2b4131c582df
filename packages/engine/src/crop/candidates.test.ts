import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type TemporaryFolder, temporaryFolder } from '@outcrop/testkit';

import { EngineError } from '../engine-error.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { findCandidates } from './candidates.ts';
import { flattenPolygons } from './flat-polygons.ts';
import { Geos } from './geos.ts';
import type { Polygons } from './polygon-wkb.ts';
import { RegionIndex } from './region-index.ts';
import { shapeOf } from './region-shape.ts';

let folder: TemporaryFolder;
let path: string;
let geos: Geos;

beforeAll(async () => {
  geos = await Geos.load();
  folder = await temporaryFolder();
  path = folder.file('index.sqlite');
  const random = seededRandom(5);
  const database = new Database(path);
  database.exec('CREATE VIRTUAL TABLE boxes USING rtree(id, minx, maxx, miny, maxy); BEGIN');
  const insert = database.prepare('INSERT INTO boxes VALUES (?, ?, ?, ?, ?)');
  for (let id = 1; id <= 20_000; id++) {
    const [x, y, size] = [random() * 200 - 100, random() * 200 - 100, random() ** 3 * 20];
    // Also ids of more than 32 bits.
    insert.run(BigInt(id) * 1_000_003n, x, x + size, y, y + size);
  }
  database.exec('COMMIT');
  database.close();
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

function regionOf(polygons: Polygons): RegionIndex {
  return new RegionIndex(geos, shapeOf(flattenPolygons(polygons)));
}

/** Every box of the index, by a query, and where it lies. */
function byQuery(region: RegionIndex): { ids: number[]; inside: number } {
  const database = new Database(path, { readonly: true });
  const rows = database.prepare('SELECT id, minx, miny, maxx, maxy FROM boxes ORDER BY id').raw().all();
  database.close();
  const places = (rows as [number, ...Envelope][]).map(([id, ...box]) => ({ id, place: region.place(box) }));
  return {
    ids: places.filter(({ place }) => place !== 'out').map(({ id }) => id),
    inside: places.filter(({ place }) => place === 'in').length,
  };
}

describe('findCandidates', () => {
  test.each<[string, Polygons]>([
    [
      'a triangle',
      [
        [
          [
            [-50, -60],
            [70, -10],
            [-20, 80],
            [-50, -60],
          ],
        ],
      ],
    ],
    [
      'a ring with a hole',
      [
        [
          [
            [-90, -90],
            [90, -90],
            [90, 90],
            [-90, 90],
            [-90, -90],
          ],
          [
            [-40, -40],
            [-40, 40],
            [40, 40],
            [40, -40],
            [-40, -40],
          ],
        ],
      ],
    ],
    [
      'everything',
      [
        [
          [
            [-200, -200],
            [200, -200],
            [200, 200],
            [-200, 200],
            [-200, -200],
          ],
        ],
      ],
    ],
    [
      'nothing',
      [
        [
          [
            [500, 500],
            [600, 500],
            [600, 600],
            [500, 500],
          ],
        ],
      ],
    ],
  ])('finds in %s what a look at every box finds', (_, polygons) => {
    using region = regionOf(polygons);
    const { ids, inside } = findCandidates({ path, table: 'boxes' }, region);
    expect({ ids: [...ids], inside }).toEqual(byQuery(region));
  });

  test('says that an index is damaged', () => {
    const damaged = folder.file('damaged.sqlite');
    const database = new Database(path);
    database.exec(`VACUUM INTO '${damaged}'`);
    database.close();
    const writable = new Database(damaged);
    writable.unsafeMode();
    writable.exec('DELETE FROM boxes_node WHERE nodeno = (SELECT max(nodeno) FROM boxes_node)');
    writable.close();
    using region = regionOf([
      [
        [
          [-200, -200],
          [200, -200],
          [200, 200],
          [-200, 200],
          [-200, -200],
        ],
      ],
    ]);
    // Inside a box every branch is still visited, as the ids are wanted.
    const find = (): unknown => findCandidates({ path: damaged, table: 'boxes' }, region);
    expect(find).toThrow(EngineError);
    expect(find).toThrow(/node \d+ of its spatial index is damaged/);
  });
});
