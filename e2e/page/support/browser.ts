import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, expect, inject } from 'vitest';

/** A page being tested, and what must stay empty: violations of its policy, requests elsewhere, errors. */
export interface TestedPage extends AsyncDisposable {
  readonly page: Page;
  /** Violations of the Content-Security-Policy and of Trusted Types, uncaught errors, and requests to other origins. */
  readonly complaints: string[];
}

/** All tests share one browser; each file of them has a connection to it, from its first page to its end. */
let connection: Promise<Browser> | undefined;
afterAll(async () => {
  await (await connection)?.close();
});

/** Opens an address in a fresh browser profile. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<TestedPage> {
  connection ??= chromium.connect(inject('pageBrowser'));
  const context = await (
    await connection
  ).newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  // Not how long something may take, but when one that hangs is given up: machines that test are busy.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  const { origin } = new URL(url);
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (e) => console.error('CSP violation ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample))",
  );
  page.on('console', (message) => {
    if (/CSP|Content Security|TrustedHTML/i.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(origin) || /^(blob|data):/.test(request.url());
    if (!isOwn) complaints.push(`foreign request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Expects that something comes into sight. */
export async function expectVisible(locator: Locator): Promise<void> {
  await locator.waitFor();
  expect(await locator.isVisible()).toBe(true);
}

/** Expects that axe finds nothing against WCAG 2.2 AA on the page as it is. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
       .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`,
  )) as string[];
  expect(violations).toEqual([]);
}

/** Expects that nothing can be scrolled sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const width = (await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )) as number;
  expect(width).toBe(0);
}
