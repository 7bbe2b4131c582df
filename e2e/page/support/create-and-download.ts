import { dirname } from 'node:path';

import type { Page } from 'playwright-core';
import { expect } from 'vitest';

import { unpack } from '../../support/inspect.ts';
import { runOutcrop } from '../../support/run-outcrop.ts';

/** Creates the export, waits for its end, downloads the archive by the button, has it verified, and unpacks it to a folder. */
export async function createAndDownload(page: Page, folder: string): Promise<string> {
  await page.getByText('Ready').first().waitFor();
  await page.getByRole('button', { name: 'Create export' }).click();
  await page.waitForURL(/\/exports\/\d+$/);
  const button = page.getByRole('button', { name: /^Download/ });
  await button.waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  const archive = `${folder}.zip`;
  await download.saveAs(archive);
  const { exitCode, stdout } = await runOutcrop(['verify', archive], { cwd: dirname(folder) });
  expect([exitCode, stdout]).toEqual([0, expect.any(String)]);
  await unpack(archive, folder);
  return folder;
}
