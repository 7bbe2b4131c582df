import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openTestSite, type TestSite } from '../../testing/test-site.ts';

let site: TestSite;
let created: Record<string, unknown>[];

beforeAll(async () => {
  site = await openTestSite();
  created = [];
  for (const name of ['Roads', 'rivers', 'Roads 2', '100% of it']) {
    const made = await site.create({ name });
    created.push(await site.waitFor(made['id'], 'complete'));
  }
  const insert = `UPDATE outcrop.exports SET created_at = timestamptz '2026-04-20T22:31:19.242850Z' + (id - 1) * interval '1 day'`;
  await site.parts.database.query(insert);
  await site.parts.database.query(
    `UPDATE outcrop.exports SET expires_at = timestamptz '2126-04-20T00:00:00Z' + id * interval '1 day'`,
  );
  await site.parts.database.query(`UPDATE outcrop.exports SET state = 'gone' WHERE id = 4`);
}, 60_000);

afterAll(() => site.close());

async function namesOf(path: string): Promise<unknown[]> {
  const response = await site.ask(path);
  const list = (await response.json()) as { name: string }[];
  expect([path, response.status]).toEqual([path, 200]);
  expect(response.headers.get('X-Resource-Range')).toBe(`0-${list.length}/${list.length}`);
  return list.map(({ name }) => name);
}

const [roads, rivers, roads2, percent] = ['kx-roads', 'kx-rivers', 'kx-roads-2', 'kx-100%-of-it'];

describe('exports', () => {
  test.each([
    ['sort=created_at', [roads, rivers, roads2, percent]],
    ['sort=-created_at', [percent, roads2, rivers, roads]],
    ['sort=name', [percent, rivers, roads, roads2]],
    ['sort=-name', [roads2, roads, rivers, percent]],
    ['sort=expires_at', [roads, rivers, roads2, percent]],
    ['sort=-expires_at', [percent, roads2, rivers, roads]],
    ['expires_at.gt=2126-04-21T00:00:00Z', [percent, roads2, rivers]],
    ['expires_at.lte=2126-04-21T00:00:00Z', [roads]],
    ['sort=state', [roads, rivers, roads2, percent]],
    ['sort=-state', [percent, roads2, rivers, roads]],
    ['sort=id', [roads, rivers, roads2, percent]],
    ['state=gone', [percent]],
    ['state=gone&state=complete', [percent, roads2, rivers, roads]],
    ['state=processing', []],
    ['name=kx-roads', [roads]],
    ['name=kx-roads&name=kx-rivers', [rivers, roads]],
    ['name=kx-road', []],
    ['q=ROAD', [roads2, roads]],
    ['q=%25', [percent]],
    ['q=_', []],
    ['q=road&q=river', [roads2, rivers, roads]],
    ['q=road&state=gone', []],
    ['created_at=2026-04-20T22:31:19.242850Z', [roads]],
    ['created_at.gte=2026-04-21T22:31:19.242850Z', [percent, roads2, rivers]],
    ['created_at.gt=2026-04-21T22:31:19.242850Z', [percent, roads2]],
    ['created_at.lt=2026-04-21T22:31:19.242850Z', [roads]],
    ['created_at.lte=2026-04-21T22:31:19.242850Z', [rivers, roads]],
    ['created_at.gte=2026-04-21&created_at.lt=2026-04-22', [rivers]],
    ['created_at.gte=2026-04-23%2000:00:00', [percent]],
    ['created_at.gte=2026-04-23T12:00:00%2B12:00', [percent]],
    ['created_at.gte=2026-04-23T12:00:00+12:00', [percent]],
    ['finished_at.gt=2020-01-01', [percent, roads2, rivers, roads]],
    ['_=17&format=json', [percent, roads2, rivers, roads]],
  ])('?%s', async (query, names) => {
    expect(await namesOf(`exports/?${query}`)).toEqual(names);
  });

  test.each([
    ['sort', 'sort=size'],
    ['sort', 'sort=--name'],
    ['sort', 'sort=name,state'],
    ['state', 'state=queued'],
    ['state', 'state='],
    ['created_at.gte', 'created_at.gte=yesterday'],
    ['created_at.gte', 'created_at.gte=2026-02-30'],
    ['created_at.gte', 'created_at.gte=0000-01-01'],
    ['created_at.gte', 'created_at.gte=2026-01-01T25:00'],
    ['created_at.lt', 'created_at.lt=2026-01-01T00:00:00%2B99:99'],
    ['name', 'name=a%00b'],
    ['name', `name=${'x'.repeat(501)}`],
    ['sate', 'sate=gone'],
    ['created_at.after', 'created_at.after=2026-01-01'],
    ['state.gte', 'state.gte=gone'],
    ['constructor', 'constructor=1'],
  ])('the parameter %s is refused in ?%s', async (name, query) => {
    const response = await site.ask(`exports/?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ [name]: [expect.stringMatching(/.{10}/)] });
  });

  test('of equal state come in an order that pages do not shuffle', async () => {
    const seen: number[] = [];
    for (const page of [1, 2, 3, 4]) {
      const response = await site.ask(`exports/?sort=state&page_size=1&page=${page}`);
      seen.push(...((await response.json()) as { id: number }[]).map(({ id }) => id));
    }
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  test('keep filters and order in the links of their pages', async () => {
    const response = await site.ask('exports/?q=road&sort=-name&page_size=1');
    expect(response.headers.get('X-Resource-Range')).toBe('0-1/2');
    expect(response.headers.get('Link')).toContain(
      `<${site.at('exports/')}?q=road&sort=-name&page_size=1&page=2>; rel="page-next"`,
    );
    expect(response.headers.get('Link')).toContain(
      `<${site.at('exports/')}?q=road&sort=created_at&page_size=1>; rel="sort-created_at"`,
    );
  });

  test.each([
    ['page_size=1', 1],
    ['page_size=1000', 100],
    ['page_size=0', 20],
    ['page_size=-1', 20],
    ['page_size=x', 20],
    ['page_size=7&page_size=8', 7],
    ['', 20],
  ])('?%s gives pages of %i', async (query, size) => {
    const response = await site.ask(`exports/?${query}`);
    expect(response.headers.get('X-Paginate-By')).toBe(String(size));
  });
});

describe('lists of the catalogue', () => {
  test.each([
    ['layers/?kind=vector', ['Countries', 'Cities', 'Broken']],
    ['layers/?kind=raster&kind=grid', ['Blue Marble', 'Mountain']],
    ['layers/?name=Cities', ['Cities']],
    ['layers/?title=Cities', ['Cities']],
    ['layers/?q=OUNT', ['Countries', 'Mountain']],
    ['layers/?id=5&id=6', ['Blue Marble', 'Mountain']],
    ['layers/?sort=name', ['Blue Marble', 'Broken', 'Cities', 'Countries', 'Mountain']],
    ['layers/?sort=-id', ['Mountain', 'Blue Marble', 'Broken', 'Cities', 'Countries']],
    ['tables/?q=city', ['City list']],
    ['data/?q=cit', ['Cities', 'City list']],
    ['data/?kind=table', ['City list']],
    ['exports/croplayers/?q=count', ['Countries']],
    ['exports/croplayers/?name=Nowhere', []],
    ['exports/croplayers/1/cropfeatures/?sort=name', ['Iceland', 'New Zealand']],
    ['exports/croplayers/1/cropfeatures/?q=zea', ['New Zealand']],
    ['exports/croplayers/1/cropfeatures/?id=2', ['Iceland']],
  ])('%s', async (path, names) => {
    expect(await namesOf(path)).toEqual(names);
  });

  test.each(['layers/?publisher=1', 'layers/?kind=pointcloud', 'layers/?id=x', 'layers/?sort=published_at'])(
    '%s is refused',
    async (path) => {
      expect((await site.ask(path)).status).toBe(400);
    },
  );
});

describe('Expand', () => {
  async function expanded(path: string, words: string): Promise<unknown> {
    const response = await site.ask(path, { headers: { Expand: words } });
    expect(response.status).toBe(200);
    return response.json();
  }

  test('list gives what the members are by themselves', async () => {
    for (const [list, member] of [
      ['layers/?id=1', 'layers/1/'],
      ['exports/?name=kx-roads', 'exports/1/'],
      ['exports/croplayers/', 'exports/croplayers/1/'],
      ['exports/croplayers/1/cropfeatures/?id=2', 'exports/croplayers/1/cropfeatures/2/'],
    ] as const) {
      expect(await expanded(list, 'list')).toEqual([await (await site.ask(member)).json()]);
    }
  });

  test('puts layers, crop feature and system in place of their addresses', async () => {
    const { id } = await site.create({ extent: 'exports/croplayers/1/cropfeatures/1/' });
    const whole = {
      items: [{ item: await (await site.ask('layers/2/')).json() }],
      extent: await (await site.ask('exports/croplayers/1/cropfeatures/1/')).json(),
      crs: await (await site.ask('coordinate-systems/EPSG:2193/')).json(),
    };
    expect(await expanded(`exports/${String(id)}/`, 'items, extent,crs')).toMatchObject(whole);
    expect(await expanded(`exports/${String(id)}/`, 'extent')).toMatchObject({
      extent: whole.extent,
      crs: 'EPSG:2193',
    });
    const list = await expanded('exports/?sort=-id&page_size=1', 'list,list.items,list.extent,list.crs');
    expect(list).toMatchObject([whole]);
  });

  test('passes over words that mean nothing, and those of the other shape', async () => {
    const detail = await (await site.ask('exports/1/')).json();
    for (const words of ['i,t,e,m,s', '', ',,', 'list', 'publisher']) {
      expect(await expanded('exports/1/', words)).toEqual(detail);
    }
    expect(await expanded('exports/', 'items')).toEqual(await (await site.ask('exports/')).json());
  });

  test.each([
    ['exports/', ['list', 'list.items', 'list.extent', 'list.crs']],
    ['exports/1/', ['items', 'extent', 'crs']],
    ['exports/1/download/', []],
    ['layers/', ['list']],
    ['layers/1/', []],
    ['exports/croplayers/1/cropfeatures/', ['list']],
    ['exports/validate/', []],
  ])('can be asked what it takes: OPTIONS %s', async (path, expansions) => {
    const response = await site.ask(path, { method: 'OPTIONS' });
    expect(response.status).toBe(200);
    expect(response.headers.get('Allow')).toMatch(/OPTIONS$/);
    expect(await response.json()).toMatchObject({ expansions, parses: ['application/json'] });
  });
});
