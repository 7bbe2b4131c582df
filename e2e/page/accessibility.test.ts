import { describe, expect, test } from 'vitest';

import { expectAccessible, expectNoSidewaysScroll, openPage } from './support/browser.ts';
import { sharedDemo } from './support/demo-site.ts';

const site = sharedDemo();

const places = [
  '',
  '?i=l2,t3&a=box-box:160,-50,190,-30',
  '?i=l2&a=cf:1.1.2',
  '?i=l4&a=file',
  'exports',
  'exports/99999',
];
const looks = [
  { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 360, height: 740 } },
] as const;

describe.each(looks)('in $colorScheme at $viewport.width pixels', (look) => {
  test.each(places)('axe finds nothing at /%s', async (place) => {
    await using tested = await openPage(site.url + place, look);
    const { page, complaints } = tested;
    await page.waitForLoadState('networkidle');
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    expect(complaints).toEqual([]);
  });
});
