import { expect, test } from 'vitest';

import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import { localClient } from '../node/testing/local-client.ts';
import { json, type LoopbackSite, type Routes, startLoopbackSite } from '../node/testing/loopback-site.ts';

/** A list of layers 0..4 in pages of two. */
function threePages(): Routes {
  const path = '/services/api/v1/layers/';
  const page = (ids: number[], range: string, next?: string) =>
    json(
      200,
      ids.map((id) => ({ id, title: `Layer ${id}` })),
      {
        'x-resource-range': range,
        'x-paginate-by': '2',
        ...(next === undefined ? {} : { link: `<${next}>; rel="page-next"` }),
      },
    );
  return {
    'GET layers/': page([0, 1], '0-2/5', `${path}?page=2`),
    'GET layers/?page=2': page([2, 3], '2-4/5', `${path}?page=3`),
    'GET layers/?page=3': page([4], '4-5/5'),
  };
}

const list = (site: LoopbackSite) => localClient(site.url).layers.list();

test('nothing is sent until something is asked', async () => {
  await using site = await startLoopbackSite(threePages());
  list(site).expand('list').pageSize(50);
  expect(site.requests).toHaveLength(0);
});

test('iteration follows the pages to the last, and each pass asks again', async () => {
  await using site = await startLoopbackSite(threePages());
  const query = list(site);
  for (const pass of [1, 2]) {
    const ids: number[] = [];
    for await (const { id } of query) ids.push(id);
    expect(ids).toEqual([0, 1, 2, 3, 4]);
    expect(site.requests).toHaveLength(3 * pass);
  }
});

test('count is one request', async () => {
  await using site = await startLoopbackSite(threePages());
  expect(await list(site).count()).toBe(5);
  expect(site.requests).toHaveLength(1);
});

test('count without a range is the length of the only page, and an error for the first of several', async () => {
  const link = { link: '</services/api/v1/layers/?page=2>; rel="page-next"' };
  await using site = await startLoopbackSite({
    'GET layers/': [json(200, [{ id: 1 }]), json(200, [{ id: 1 }], link)],
  });
  expect(await list(site).count()).toBe(1);
  await expect(list(site).count()).rejects.toThrow(/does not say how many/);
});

test('first, at and take ask for no more pages than they need', async () => {
  await using site = await startLoopbackSite(threePages());
  expect((await list(site).first())?.id).toBe(0);
  expect(site.requests).toHaveLength(1);
  expect((await list(site).at(3))?.id).toBe(3);
  expect(site.requests).toHaveLength(3);
  expect(await list(site).at(5)).toBeUndefined();
  expect((await list(site).take(2)).map(({ id }) => id)).toEqual([0, 1]);
  expect(site.requests).toHaveLength(7);
  expect(await list(site).take(0)).toEqual([]);
  expect(site.requests).toHaveLength(7);
});

test('pages tell the total', async () => {
  await using site = await startLoopbackSite(threePages());
  const totals: (number | null)[] = [];
  for await (const page of list(site).pages()) totals.push(page.total);
  expect(totals).toEqual([5, 5, 5]);
});

test('refinements are sent, with every page', async () => {
  const link = { link: '</services/api/v1/exports/?page_size=1&page=2>; rel=page-next' };
  await using site = await startLoopbackSite({
    'GET exports/?page_size=1': json(200, [{ id: 1 }], link),
    'GET exports/?page_size=1&page=2': json(200, [{ id: 2 }]),
  });
  const found = await localClient(site.url)
    .exports.list()
    .expand('list')
    .expand('user')
    .pageSize(1)
    .toArray();
  expect(found.map(({ id }) => id)).toEqual([1, 2]);
  expect(site.requests.map(({ headers }) => headers['expand'])).toEqual(['list,user', 'list,user']);
});

test('a next page on a foreign origin is refused, and nothing is sent there', async () => {
  await using foreign = await startLoopbackSite({});
  const link = { link: `<${foreign.url.href}>; rel="page-next"` };
  await using site = await startLoopbackSite({ 'GET layers/': json(200, [{ id: 1 }], link) });
  await expect(list(site).toArray()).rejects.toMatchObject({ code: 'foreign-origin' });
  expect(foreign.requests).toHaveLength(0);
});

test('a body that is not a list is an error', async () => {
  await using site = await startLoopbackSite({ 'GET layers/': json(200, { results: [] }) });
  await expect(list(site).first()).rejects.toMatchObject({ code: 'invalid-response' });
});

test('numbers that cannot be are refused', async () => {
  await using site = await startLoopbackSite({});
  expect(() => list(site).pageSize(0)).toThrow(InvalidArgumentError);
  await expect(list(site).at(-1)).rejects.toThrow(InvalidArgumentError);
  await expect(list(site).take(1.5)).rejects.toThrow(InvalidArgumentError);
});

test('filters and order go along in the names of the wire, in either spelling', async () => {
  await using site = await startLoopbackSite({});
  const { exports } = localClient(site.url);
  const since = new Date('2026-01-02T03:04:05Z');
  await exports
    .filter({ state: ['complete', 'gone'], createdAtGte: since, 'created_at.lt': '2026-02-01' })
    .filter({ name: 'a & b', q: undefined })
    .orderBy('name')
    .orderBy('-createdAt')
    .toArray()
    .catch(() => undefined);
  const { searchParams } = new URL(site.requests[0]?.path ?? '', site.url);
  expect([...searchParams]).toEqual([
    ['state', 'complete'],
    ['state', 'gone'],
    ['created_at.gte', '2026-01-02T03:04:05.000Z'],
    ['created_at.lt', '2026-02-01'],
    ['name', 'a & b'],
    ['sort', '-created_at'],
  ]);
});

test('each refinement is a new query, and leaves the one that it was made of', async () => {
  await using site = await startLoopbackSite(threePages());
  const all = list(site);
  all.filter({ kind: 'vector', public: true }).orderBy('-name').expand('list').pageSize(1);
  expect(await all.toArray()).toHaveLength(5);
});

test.each([
  ['filtered', { colour: 'red' }, /cannot be filtered by "colour"; take one of q, kind/],
  ['filtered', { kind: null }, /null is no value/],
  ['filtered', { created_at: new Date() }, /cannot be filtered by "created_at"/],
  ['filtered', { createdAtGte: new Date('never') }, /Invalid Date is no value/],
  ['filtered', { q: { text: 'x' } }, /is no value/],
])('a list that cannot be %s by %j says so before anything is sent', async (_, conditions, message) => {
  await using site = await startLoopbackSite({});
  expect(() => list(site).filter(conditions as never)).toThrow(InvalidArgumentError);
  expect(() => list(site).filter(conditions as never)).toThrow(message);
  expect(site.requests).toHaveLength(0);
});

test('an order that the list does not have is refused before anything is sent', async () => {
  await using site = await startLoopbackSite({});
  expect(() => list(site).orderBy('-colour' as never)).toThrow(/cannot be ordered by "colour"; take one of/);
});

test('a text is not taken for a list of expansions, letter by letter', async () => {
  await using site = await startLoopbackSite({});
  await expect(localClient(site.url).exports.get(9, { expand: 'items' as never })).rejects.toThrow(
    /"items" cannot be expanded; give a list/,
  );
  await expect(list(site).expand('a\r\nx-evil: 1').first()).rejects.toThrow(InvalidArgumentError);
  expect(site.requests).toHaveLength(0);
});

test('elements that are not of the API are an error', async () => {
  await using site = await startLoopbackSite({ 'GET layers/': json(200, ['a', 'b']) });
  await expect(list(site).first()).rejects.toMatchObject({ code: 'invalid-response' });
});
