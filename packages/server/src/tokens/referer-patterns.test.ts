import { expect, test } from 'vitest';

import { comesFromAllowedPage, parseRefererPattern } from './referer-patterns.ts';

test.each([
  ['example.com', 'https://example.com/map?x=1', true],
  ['example.com', 'http://EXAMPLE.com:8080/', true],
  ['example.com', 'https://www.example.com/', false],
  ['example.com', 'https://example.com.evil.example/', false],
  ['example.com', 'https://evil.example/?example.com', false],
  ['example.com', 'https://example.com@evil.example/', false],
  ['*.example.com', 'https://www.example.com/', true],
  ['*.example.com', 'https://a.b.example.com/', true],
  ['*.example.com', 'https://example.com/', false],
  ['*.example.com', 'https://badexample.com/', false],
  ['https://example.com', 'http://example.com/', false],
  ['https://example.com:8443', 'https://example.com:8443/', true],
  ['https://example.com:8443', 'https://example.com/', false],
  ['example.com:443', 'https://example.com/', true],
  ['example.com', 'http://localhost:5173/', true],
  ['example.com', 'http://127.0.0.1/', true],
  ['example.com', 'http://[::1]:80/', true],
  ['example.com', 'null', false],
  ['example.com', 'file:///home/me/example.com', false],
  ['example.com', '', false],
])('%s may be used from %s: %s', (pattern, page, isAllowed) => {
  expect(comesFromAllowedPage([pattern], { origin: page, referer: undefined })).toBe(isAllowed);
  expect(comesFromAllowedPage([pattern], { origin: undefined, referer: page })).toBe(isAllowed);
});

test('a request that says nothing of where it comes from does not fit, nor one half of which does not', () => {
  const [good, bad] = ['https://example.com', 'https://evil.example'];
  expect(comesFromAllowedPage(['example.com'], { origin: undefined, referer: undefined })).toBe(false);
  expect(comesFromAllowedPage(['example.com'], { origin: good, referer: bad })).toBe(false);
  expect(comesFromAllowedPage(['example.com'], { origin: bad, referer: good })).toBe(false);
  expect(comesFromAllowedPage(['example.com'], { origin: good, referer: `${good}/map` })).toBe(true);
});

test.each([
  ['Example.COM', 'example.com'],
  ['https://example.com/', 'https://example.com'],
  ['*.example.com:8080', '*.example.com:8080'],
  ['192.0.2.1', '192.0.2.1'],
  ['*', null],
  ['exa*mple.com', null],
  ['example.com/map', null],
  ['ftp://example.com', null],
  ['a..b', null],
  ['example.com:99999', null],
  ['', null],
])('%j is kept as %j', (written, pattern) => {
  expect(parseRefererPattern(written)).toBe(pattern);
});
