import fc from 'fast-check';
import { expect, test } from 'vitest';

import { archiveName } from './archive-name.ts';
import type { ExportRequest } from './request.ts';
import { slugify, uniqueSlugs } from './slug.ts';

test.each([
  ['NZ Roads (2026)', 'nz-roads-2026'],
  ['Ōwenga – Wharekauri', 'owenga-wharekauri'],
  ['  a   b  ', 'a-b'],
  ['東京', 'layer'],
  ['', 'layer'],
  ['../../etc/passwd', 'etcpasswd'],
  ['.', 'layer'],
  ['__a__', 'a'],
  ['NUL', 'nul-layer'],
  ['Com1', 'com1-layer'],
  ['lpt9.txt', 'lpt9txt'],
  ['a\r\nSet-Cookie: b', 'a-set-cookie-b'],
])('%j becomes %s', (text, slug) => {
  expect(slugify(text)).toBe(slug);
});

test('any text becomes a name of one to sixty harmless characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(slugify(text)).toMatch(/^[a-z0-9][\w-]{0,59}$/);
    }),
  );
});

test('titles alike get slugs apart, and none is longer than allowed', () => {
  const titles = ['Roads', 'roads', 'Roads!', 'x'.repeat(70), 'x'.repeat(80)];
  const slugs = uniqueSlugs(titles);
  expect(slugs.slice(0, 3)).toEqual(['roads', 'roads-2', 'roads-3']);
  expect(new Set(slugs).size).toBe(titles.length);
  for (const slug of slugs) expect(slug.length).toBeLessThanOrEqual(60);
});

const item = (title: string, kind: 'vector' | 'table' = 'vector') =>
  ({ item: 'layers/1', layer: { title, kind }, options: {} }) as unknown as ExportRequest['items'][number];
const request = {
  name: null,
  formats: { vector: 'application/x-zipped-shp', table: 'text/csv' },
  items: [item('NZ Roads')],
  region: null,
} as unknown as ExportRequest;

test.each([
  ['what the person wrote, with the prefix', { name: 'Fred the export' }, 'kx-fred-the-export'],
  ['the prefix once', { name: 'kx-fred' }, 'kx-fred'],
  ['the title where no name was given', {}, 'kx-nz-roads-SHP'],
  ['the title where the name is blank', { name: '  ' }, 'kx-nz-roads-SHP'],
  [
    'how many layers, with all formats sorted',
    { items: [item('a'), item('b', 'table')] },
    'kx-2layers-CSV-SHP',
  ],
  [
    'the region of several',
    { items: [item('a'), item('b')], region: { name: 'New Zealand' } },
    'kx-new-zealand-2layers-SHP',
  ],
])('an archive is named for %s', (_, change, name) => {
  expect(archiveName({ ...request, ...change } as ExportRequest, 'kx')).toBe(name);
});
