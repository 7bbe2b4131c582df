import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

import { openPage, type TestedPage } from './support/browser.ts';
import { sharedDemo } from './support/demo-site.ts';

const site = sharedDemo();

interface Listening {
  readonly page: Page;
  /** Expects that something like this is said in a live region, after what was heard before. */
  readonly heard: (words: RegExp) => Promise<void>;
}

/** Listens to the live regions of a page, from its start. */
async function listen({ page }: TestedPage, url: string): Promise<Listening> {
  await page.addInitScript(`
    globalThis.said = [];
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        const node = target.nodeType === 1 ? target : target.parentElement;
        // An alert is read out when it comes, other regions when they change.
        const alerts = [...addedNodes].flatMap((one) => one.nodeType !== 1 ? [] : one.matches('[role=alert]') ? [one] : [...one.querySelectorAll('[role=alert]')]);
        for (const region of [node?.closest('[role=status], [role=alert], [aria-live]'), ...alerts]) {
          const text = region?.textContent.trim();
          if (text && said.at(-1) !== text) said.push(text);
        }
      }
    }).observe(document, { childList: true, characterData: true, subtree: true });
  `);
  await page.goto(url);
  return {
    page,
    heard: async (words) => {
      const said: string[] = [];
      // A page with a strict policy runs no code that is made of text, as waiting in it would be.
      const isSaid = async (): Promise<boolean> => {
        said.push(...((await page.evaluate('said.splice(0)')) as string[]));
        return said.some((text) => words.test(text));
      };
      await expect.poll(isSaid, { timeout: 60_000, message: String(words) }).toBe(true);
    },
  };
}

/** A node of the accessibility tree, as a screen reader finds it. */
interface Heard {
  readonly role: string;
  readonly name: string;
  readonly description: string;
}

/** What a screen reader finds on a page, in order. */
async function treeOf(page: Page): Promise<Heard[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const text = (value: { value?: unknown } | undefined): string =>
    typeof value?.value === 'string' ? value.value : '';
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, description }) => ({
      role: text(role),
      name: text(name),
      description: text(description),
    }));
}

describe('a screen reader', () => {
  test('hears what each step has changed, from the search to the download', async () => {
    await using tested = await openPage('about:blank');
    const { page, heard } = await listen(tested, site.url);
    await page.getByRole('checkbox', { name: 'Earthquakes' }).waitFor();
    await page.getByLabel('Search layers and tables').fill('quake');
    await heard(/1 of 6/);
    await page.getByRole('checkbox', { name: 'Earthquakes' }).check();
    await heard(/Earthquakes is in the export, 1 in all/);
    await heard(/can be created/);
    await page.getByRole('radio', { name: 'Draw' }).check();
    await page.locator('#map canvas').first().waitFor();
    await page.getByRole('button', { name: 'Draw a rectangle' }).press('Enter');
    await heard(/Click two opposite corners/);
    await page.keyboard.press('Enter');
    await heard(/Corner 1 set/);
    for (const key of ['ArrowRight', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await heard(/Area set: about [\d,]+ km²/);
    await page.getByRole('radio', { name: 'Everything' }).check();
    await page.getByRole('combobox', { name: 'Coordinate reference system' }).fill('utm 60s');
    await heard(/6 systems match/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove Earthquakes' }).click();
    await heard(/Earthquakes was removed, 0 in all/);
    await page.getByRole('button', { name: 'Create export' }).click();
    await heard(/cannot be created yet/);
    await page.getByRole('checkbox', { name: 'Earthquakes' }).check();
    await page.getByText('Ready').first().waitFor();
    await page.getByRole('button', { name: 'Create export' }).click();
    await heard(/The export is complete/);
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
  });

  test('finds a name on everything that can be used, and headings and landmarks to go by', async () => {
    await using tested = await openPage(`${site.url}?i=l4,l6,t3&a=draw-box:160,-50,190,-30`);
    const { page } = tested;
    await page.locator('#map canvas').first().waitFor();
    await page.getByText('Ready').nth(1).waitFor();
    const tree = await treeOf(page);
    const used = new Set([
      'button',
      'link',
      'checkbox',
      'radio',
      'textbox',
      'searchbox',
      'combobox',
      'application',
    ]);
    expect(tree.filter(({ role, name }) => used.has(role) && name === '')).toEqual([]);
    const headings = tree.filter(({ role }) => role === 'heading').map(({ name }) => name);
    expect(headings).toEqual([
      'New export',
      'Data',
      'In this export (3)',
      'Area',
      'Coordinates and formats',
      'Check and create',
    ]);
    const roles = new Set(tree.map(({ role }) => role));
    expect(['banner', 'main', 'navigation', 'region', 'status'].filter((role) => !roles.has(role))).toEqual(
      [],
    );
    const map = tree.find(({ role }) => role === 'application');
    expect(map?.name).toMatch(/^Map of the area and the data\. Arrow keys move the map/);
    const row = tree.find(({ role, name }) => role === 'checkbox' && name === 'Earthquakes');
    expect(row?.description).toMatch(/^Vector · 1,707 features · EPSG:4326/);
  });
});
