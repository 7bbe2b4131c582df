import { truncateSync, writeFileSync } from 'node:fs';

import { temporaryFolder } from '@outcrop/testkit';
import { expect, test } from 'vitest';

import type { PlannedItem } from '../plan/plan.ts';
import { OutputMeter } from './output-meter.ts';

const item = { kind: 'raster', mimetype: 'application/pdf', layer: { title: 'Photos' } } as PlannedItem;

test('files that come to more than their format allows end the run, the first one that does', async () => {
  await using folder = await temporaryFolder();
  const file = folder.file('page.pdf');
  writeFileSync(file, '');
  truncateSync(file, 30 * 1024 ** 2);
  const meter = new OutputMeter(item, 3, () => undefined);
  await meter.finish(0, file);
  await expect(meter.finish(1, file)).rejects.toMatchObject({
    code: 'format-limit',
    message: expect.stringMatching(/^Photos has come to 62\.9 MB; .* may have 52\.4 MB/),
  });
});

test('progress is the sum of all files, and does not go back', () => {
  const told: number[] = [];
  const meter = new OutputMeter(item, 2, (fraction) => told.push(fraction));
  meter.tell(0, 0.5);
  meter.tell(1, 1);
  meter.tell(0, 0.25);
  expect(told).toEqual([0.25, 0.75, 0.75]);
});
