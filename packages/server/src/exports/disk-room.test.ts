import { afterAll, beforeAll, expect, test } from 'vitest';

import { deferred } from '../testing/deferred.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { diskRoom, type DiskRoom } from './disk-room.ts';

let site: TestSite;
let free = 0;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

function room(changes: { reserve?: number | null; keepsArchives?: boolean } = {}): DiskRoom {
  return diskRoom({
    database: site.parts.database,
    workFolder: site.folder,
    reserve: 1000,
    keepsArchives: true,
    measureFree: async () => free,
    ...changes,
  });
}

const body = {
  items: [{ item: 'layers/2' }],
  formats: { vector: 'application/x-ogc-gpkg' },
  crs: 'EPSG:2193',
};

/** The fake engine estimates 100 bytes zipped and 200 unzipped of an item; a quarter more is needed: 375. */
const needed = 375;

test('an export fits when a quarter more than its estimate, and the reserve, are free', async () => {
  const wanted = { canonicalKey: null, zipped: 100, unzipped: 200 };
  free = 1000 + needed;
  expect(await room().shortageFor(wanted)).toBeNull();
  free -= 1;
  expect(await room().shortageFor(wanted)).toEqual({ needed, free, promised: 0, reserve: 1000 });
  expect(await room({ reserve: null }).shortageFor(wanted)).toBeNull();
});

test('what fits is measured on the disk itself', async () => {
  const options = { database: site.parts.database, workFolder: site.folder, keepsArchives: true };
  const wanted = { canonicalKey: null, zipped: 1, unzipped: 1 };
  expect(await diskRoom({ ...options, reserve: 0 }).shortageFor(wanted)).toBeNull();
  expect(await diskRoom({ ...options, reserve: 2 ** 52 }).shortageFor(wanted)).toMatchObject({
    free: expect.any(Number),
  });
});

test.each(['v1', 'v1.x'] as const)(
  'a create that does not fit is 507 with the figures, in %s',
  async (version) => {
    free = 1200;
    const app = site.appWith({ diskRoom: room() });
    const response = await app.request(site.at('exports/', version), {
      method: 'POST',
      headers: { Authorization: `key ${site.token}` },
      body: JSON.stringify({ ...body, name: `too large in ${version}` }),
    });
    expect(response.status).toBe(507);
    const figures = {
      detail: expect.stringMatching(/375 bytes.*1200 are free.*1000 must stay free.*Make it smaller/),
      needed,
      free: 1200,
      promised: 0,
      reserve: 1000,
    };
    expect(await response.json()).toEqual(version === 'v1' ? figures : { errors: figures, status_code: 507 });
  },
);

test('validate warns of it, and does not call the request invalid', async () => {
  free = 1200;
  const app = site.appWith({ diskRoom: room() });
  const response = await app.request(site.at('exports/validate/'), {
    method: 'POST',
    headers: { Authorization: `key ${site.token}` },
    body: JSON.stringify({ ...body, name: 'only asked' }),
  });
  expect(await response.json()).toMatchObject({
    is_valid: true,
    warnings: [expect.stringContaining('no room for this export now')],
  });
});

test('what others have yet to write is promised; those that wait need only their archives, and none in a bucket', async () => {
  const goOn = deferred();
  const begun = deferred();
  site.engine.run = () => {
    begun.resolve();
    return goOn.promise;
  };
  const running = await site.create({ name: 'running' });
  await begun.promise;
  const waiting = await site.create({ name: 'waiting' });
  free = 1000;
  const wanted = { canonicalKey: null, zipped: 100, unzipped: 200 };
  expect(await room().shortageFor(wanted)).toMatchObject({ promised: (300 + 100) * 1.25 });
  expect(await room({ keepsArchives: false }).shortageFor(wanted)).toMatchObject({ promised: 300 * 1.25 });

  const app = site.appWith({ diskRoom: room() });
  const equal = await app.request(site.at('exports/'), {
    method: 'POST',
    headers: { Authorization: `key ${site.token}` },
    body: JSON.stringify({ ...body, name: 'waiting' }),
  });
  expect(equal.status).toBe(201);
  expect(await room().shortageFor(wanted)).toMatchObject({ promised: (300 + 100) * 1.25 });
  goOn.resolve();
  await site.waitFor(running['id'], 'complete');
  await site.waitFor(waiting['id'], 'complete');
  site.engine.run = async () => undefined;
  expect(await room().shortageFor(wanted)).toMatchObject({ promised: 0 });
});

test('of creates at the same moment as many are taken as fit', async () => {
  const goOn = deferred();
  site.engine.run = () => goOn.promise;
  // One that waits needs its archive only, 125: so there is room for two, or for one that has begun.
  free = 1000 + 125 + needed;
  const app = site.appWith({ diskRoom: room() });
  const create = async (index: number): Promise<number> => {
    const response = await app.request(site.at('exports/'), {
      method: 'POST',
      headers: { Authorization: `key ${site.token}` },
      body: JSON.stringify({ ...body, name: `at the same moment ${index}` }),
    });
    return response.status;
  };
  const created = await Promise.all(Array.from({ length: 10 }, (_, index) => create(index)));
  const taken = created.filter((status) => status === 201).length;
  expect([1, 2]).toContain(taken);
  expect(created.filter((status) => status === 507)).toHaveLength(10 - taken);
  goOn.resolve();
  site.engine.run = async () => undefined;
});
