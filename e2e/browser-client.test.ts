import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from '@outcrop/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { callPage, type Origin, servePage, startBrowser, startOrigin } from './support/browser.ts';
import type { Outcome } from './support/browser-program.ts';
import { runOutcrop } from './support/run-outcrop.ts';
import { makeSampleFolder } from './support/sample-data.ts';
import { createKey, serveSite, type ServedSite } from './support/serve-site.ts';

let root: string;
let site: ServedSite;
let key: string;
let pageOrigin: Origin;
let browser: Browser;
let page: Page;
const pageErrors: string[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-e2e-'));
  const folder = join(root, 'site');
  await makeSampleFolder(folder);
  const init = await runOutcrop(['init', folder], { cwd: root });
  if (init.exitCode !== 0) throw new Error(`init failed: ${init.stderr}`);
  site = await serveSite(folder);
  key = await createKey(folder, ['exports:read', 'exports:write', 'layers:read']);
  pageOrigin = await servePage(new URL('support/browser-program.ts', import.meta.url));
  browser = await startBrowser();
  page = await browser.newPage();
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  await page.goto(pageOrigin.url, { waitUntil: 'load' });
});

afterAll(async () => {
  await browser.close();
  await pageOrigin[Symbol.asyncDispose]();
  await site.stop();
  await rm(root, { recursive: true });
});

test('a page of another origin validates, creates, waits and downloads to a Blob and a stream', async () => {
  expect(new URL(pageOrigin.url).origin).not.toBe(new URL(site.url).origin);
  const layer = await new Client(site.url, { apiKey: key }).layers.list().toArray();
  const layerId = layer.find(({ title }) => /places/i.test(title))?.id;
  const outcome = await callPage<Outcome>(page, 'exportInBrowser', {
    site: site.url,
    key,
    layerId,
    cropFeature: 'West',
  });
  const { promised } = outcome;
  expect(promised).toMatch(/^[0-9a-f]{64}$/);
  expect(outcome).toMatchObject({
    isValid: true,
    blobStart: 'PK',
    blobDigest: promised,
    streamDigest: promised,
  });
  expect(outcome.states.at(-1)).toBe('complete');
  expect(outcome.blob).toEqual({
    name: 'kx-from-a-browser.zip',
    bytes: outcome.stream.bytes,
    sha256: promised,
  });
  expect(outcome.stream).toMatchObject({ name: 'kx-from-a-browser.zip', totalBytes: outcome.blob.bytes });
  expect(outcome.intoPath).toMatch(
    /^InvalidArgumentError invalid-argument: A browser cannot write to a path/,
  );
  // The class of an error has its name although the program is minified.
  expect(outcome.keyScopeError).toMatch(/^AuthenticationError authentication: /);
  expect(pageErrors).toEqual([]);
});

test('an archive on another origin is fetched without the key', async () => {
  const archive = Buffer.from('the archive');
  const seen: IncomingMessage['headers'][] = [];
  await using store = await startOrigin((request, response) => {
    seen.push(request.headers);
    allowAnyPage(response);
    response.end(request.method === 'OPTIONS' ? undefined : archive);
  });
  await using api = await startOrigin((request, response) => {
    allowAnyPage(response);
    if (request.method === 'OPTIONS') response.end();
    else if (request.url?.endsWith('/download/') === true) {
      response.writeHead(302, { location: `${store.url}/signed?secret=1` }).end();
    } else response.end(JSON.stringify({ id: 9, state: 'complete', name: 'x', download_url: null }));
  });
  const result = await callPage(page, 'downloadNine', api.url);
  const sha256 = createHash('sha256').update(archive).digest('hex');
  expect(result).toEqual({ text: 'the archive', sha256 });
  expect(seen.length).toBeGreaterThan(0);
  expect(JSON.stringify(seen)).not.toContain('secret-of-the-site');
});

test('an answer of the API from another origin is refused, and the key does not get there', async () => {
  const seen: IncomingMessage['headers'][] = [];
  await using foreign = await startOrigin((request, response) => {
    seen.push(request.headers);
    allowAnyPage(response);
    response.end(JSON.stringify({ id: 3, title: 'not of the site' }));
  });
  await using api = await startOrigin((request, response) => {
    allowAnyPage(response);
    if (request.method === 'OPTIONS') response.end();
    else response.writeHead(302, { location: foreign.url }).end();
  });
  const message = await callPage(page, 'askForThree', api.url);
  expect(message).toMatch(/^ConnectionError foreign-origin: The site points to http:\/\/127\.0\.0\.1:\d+/);
  expect(JSON.stringify(seen)).not.toContain('secret-of-the-site');
});

function allowAnyPage(response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-headers', 'authorization, if-range, range');
}
