import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';

import { browserOptions } from './browser-options.ts';
import { serveDemo } from './demo-site.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the one browser of all tests of the page is. */
    readonly pageBrowser: string;
    /** The demo site that those tests share which change nothing of it but make exports. */
    readonly pageSite: { readonly url: string; readonly folder: string };
  }
}

const stops: (() => Promise<void>)[] = [];

/** One browser and one demo site for all tests of the page: starting them takes longer than most of the tests. */
export async function setup(project: TestProject): Promise<void> {
  const [browser, site] = await Promise.all([chromium.launchServer(browserOptions), serveDemo()]);
  stops.push(
    () => browser.close(),
    async () => site[Symbol.asyncDispose](),
  );
  project.provide('pageBrowser', browser.wsEndpoint());
  project.provide('pageSite', { url: site.url, folder: site.folder });
}

/** Stops both. */
export async function teardown(): Promise<void> {
  await Promise.all(stops.map((stop) => stop()));
}
