import { afterAll, beforeAll, expect, test } from 'vitest';

import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

test.each([
  [
    { webhook: 'nonsense' },
    'webhook: must be an address such as https://example.com/hook (it is "nonsense")',
  ],
  [
    { webhook: 'http://example.com/' },
    /webhook: must begin with https:\/\/.*\(it is "http:\/\/example.com\/"\)/,
  ],
  [{ webhook: 'https://169.254.169.254/' }, /webhook: leads into a private network/],
  [{ webhook: 7 }, 'webhook: must be an address such as https://example.com/hook (it is 7)'],
  [{ webhook: `https://example.com/${'a'.repeat(2048)}` }, /webhook: must have at most 2048 characters/],
  [
    { email: 'ana@example.org' },
    /email: must be true or false: mail goes to the address that the operator has set/,
  ],
  [{ email: true }, /email: this site sends no mail/],
  [{ hook: 'https://example.com/' }, /Unrecognized key: "hook"/],
  ['https://example.com/', /must be an object, such as \{"webhook"/],
])('notify is refused in words, %#, by a create and by a validate', async (notify, words) => {
  const body = {
    items: [{ item: 'layers/2' }],
    formats: { vector: 'application/x-ogc-gpkg' },
    crs: 'EPSG:2193',
    notify,
  };
  for (const path of ['exports/', 'exports/validate/']) {
    const response = await site.send(path, body);
    expect(response.status).toBe(400);
    const { notify: problems } = (await response.json()) as { notify: string[] };
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(words);
  }
});

test('notify that asks for nothing is as good as none', async () => {
  for (const notify of [null, {}, { webhook: null, email: false }]) {
    await site.create({ notify });
  }
  expect(await site.parts.database.query('SELECT * FROM outcrop.subscriptions')).toEqual([]);
});
