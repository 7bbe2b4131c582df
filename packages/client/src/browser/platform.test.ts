import { expect, test } from 'vitest';

import { Client } from '../client.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { Fetch } from '../http/api-request.ts';
import { Export } from '../exports/export.ts';
import { anExport } from '../node/testing/an-export.ts';
import { platform } from './platform.ts';

// The rest of what browsers do is tested in one: see e2e/browser-client.test.ts.

test('a browser has no environment and no files', async () => {
  expect([platform.environmentKey(), platform.setsUserAgent]).toEqual([null, false]);
  await expect(platform.createFileSink('./', { overwrite: true })).rejects.toThrow(InvalidArgumentError);
});

/** A fetch that hides redirects as browsers do: asked not to follow, it says only that there was one. */
function browserFetch(leadsTo: string, answer: object): { fetch: Fetch; asked: [string, RequestInit][] } {
  const asked: [string, RequestInit][] = [];
  const fetch: Fetch = async (url, init) => {
    asked.push([url, init]);
    if (init.redirect === 'manual') return opaqueRedirect();
    return Object.defineProperty(Response.json(answer), 'url', { value: leadsTo });
  };
  return { fetch, asked };
}

function opaqueRedirect(): Response {
  return Object.defineProperties(new Response(null), {
    type: { value: 'opaqueredirect' },
    status: { value: 0 },
  });
}

const layer = { id: 4, url: 'https://site.example/services/api/v1/layers/4/', title: 'Roads' };

test('a redirect that a browser hides is followed by the browser, and where it led is checked', async () => {
  const inside = browserFetch(layer.url, layer);
  const client = new Client('site.example', { apiKey: 'secret', fetch: inside.fetch });
  expect((await client.layers.get(3)).id).toBe(4);
  expect(inside.asked.map(([, { redirect }]) => redirect)).toEqual(['manual', 'follow']);

  const outside = browserFetch('https://elsewhere.example/', layer);
  const refused = new Client('site.example', { apiKey: 'secret', fetch: outside.fetch }).layers.get(3);
  await expect(refused).rejects.toMatchObject({ code: 'foreign-origin' });
});

test('a hidden redirect of a create or a cancel is not followed: it would become something else', async () => {
  const { fetch, asked } = browserFetch(layer.url, anExport());
  const { exports } = new Client('site.example', { apiKey: 'secret', fetch });
  await expect(exports.create(new Export({ items: ['layers/3'] }))).rejects.toMatchObject({
    code: 'redirect',
  });
  await expect(exports.cancel(9)).rejects.toMatchObject({ code: 'redirect' });
  expect(asked).toHaveLength(2);
});
