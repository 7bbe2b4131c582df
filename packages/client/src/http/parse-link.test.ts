import { expect, test } from 'vitest';

import { parseLink } from './parse-link.ts';

test('targets are found by relation, whatever else a link says', () => {
  const links = parseLink(
    '<https://x/?page=2&a=1,2>; rel="page-next", <https://x/?page=9>;title="a, b; rel=no";rel=page-last, </rel/>; rel="sort-name Other"',
  );
  expect(links.get('page-next')).toBe('https://x/?page=2&a=1,2');
  expect(links.get('page-last')).toBe('https://x/?page=9');
  expect(links.get('sort-name')).toBe('/rel/');
  expect(links.get('other')).toBe('/rel/');
});

test('nothing is found in nothing', () => {
  expect(parseLink(null).size).toBe(0);
  expect(parseLink('rubbish').size).toBe(0);
});
