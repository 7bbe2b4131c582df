import { expect, test } from 'vitest';

import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import { siteUrl } from './site-url.ts';

test.each([
  ['data.linz.govt.nz', 'https://data.linz.govt.nz/'],
  [' koordinates.com ', 'https://koordinates.com/'],
  ['localhost:8080', 'https://localhost:8080/'],
  ['http://localhost:8080', 'http://localhost:8080/'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/'],
  ['http://[::1]:8080', 'http://[::1]:8080/'],
  ['HTTPS://Data.Example', 'https://data.example/'],
])('%s is the site %s', (written, url) => {
  expect(siteUrl(written, { allowInsecure: false }).href).toBe(url);
});

test.each([
  ['', /not the address/],
  ['not a host', /not the address/],
  ['ftp://data.example', /not the address/],
  ['data.example/layers', /has a path; give the host only, such as https:\/\/data\.example/],
  ['https://data.example/?a=1', /has a path/],
  ['https://user:secret@data.example', /give the API key as apiKey/],
  ['http://data.example', /use https/],
  ['http://127.evil.example', /use https/],
  ['http://localhost.evil.example', /use https/],
])('%s is refused with the remedy', (written, message) => {
  expect(() => siteUrl(written, { allowInsecure: false })).toThrow(InvalidArgumentError);
  expect(() => siteUrl(written, { allowInsecure: false })).toThrow(message);
});

test('a password in an address is not repeated in the message', () => {
  expect(() => siteUrl('https://user:secret@data.example', { allowInsecure: false })).not.toThrow(/secret/);
});

test('plain http to another machine is possible when asked for', () => {
  expect(siteUrl('http://data.example', { allowInsecure: true }).href).toBe('http://data.example/');
});
