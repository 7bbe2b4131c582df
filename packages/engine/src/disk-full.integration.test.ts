import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { runExport } from './run/run-export.ts';
import { surveyTableHere } from './source/survey.ts';
import { checkWish, planOf, tableOf } from './testing/export-fixture.ts';
import { productFormats } from './testing/read-product.ts';
import { seededRandom } from './testing/seeded-random.ts';

let folder: TemporaryFolder;
let small: string;
let path: string;
const canMount = mountsHere();

/** Whether this user may mount a file system of two megabytes to fill. */
function mountsHere(): boolean {
  return (
    process.getuid?.() === 0 &&
    spawnSync('unshare', ['-m', '/usr/bin/mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
  );
}

beforeAll(async () => {
  folder = await temporaryFolder();
  small = folder.file('small');
  path = folder.file('source.gpkg');
  mkdirSync(small);
  const random = seededRandom(3);
  const noise = (): string => Array.from({ length: 40 }, () => random().toString(36).slice(2)).join('');
  writeGeoPackage(path, {
    tables: [
      {
        name: 'noise',
        geometry: { type: 'POINT', epsg: 2193, spatialIndex: false },
        columns: [{ name: 'words', type: 'TEXT' }],
        features: Array.from({ length: 12_000 }, () => ({
          geometry: { type: 'Point', coordinates: [1_750_000 + random() * 1e4, 5_900_000 + random() * 1e4] },
          attributes: { words: noise() },
        })),
      },
    ],
  });
  if (canMount)
    expect(spawnSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small]).status).toBe(0);
});

afterAll(async () => {
  if (canMount) spawnSync('/usr/bin/umount', [small]);
  await folder[Symbol.asyncDispose]();
});

test.skipIf(!canMount).each(productFormats)(
  'a work folder on a full disk is an error that says so, and nothing stays of %s (needs root to mount)',
  async (format) => {
    const plan = await planOf({ tables: [tableOf(path)], format }, folder.path);
    const archivePath = folder.file('never.zip');
    const run = runExport(plan, { archivePath, workFolder: join(small, 'work') });
    await expect(run).rejects.toMatchObject({ name: 'EngineError', code: 'disk-full', retryable: true });
    expect(readdirSync(small)).toEqual([]);
    expect(existsSync(archivePath)).toBe(false);
    expect(readdirSync(folder.path).filter((name) => name.includes('never'))).toEqual([]);
  },
);

test.skipIf(!canMount)(
  'an archive on a full disk is an error that says so, and no part of it stays (needs root to mount)',
  async () => {
    const plan = await planOf({ tables: [tableOf(path)], format: 'text/csv' }, folder.path);
    const workFolder = folder.file('work');
    const run = runExport(plan, { archivePath: join(small, 'archive.zip'), workFolder });
    await expect(run).rejects.toMatchObject({ name: 'EngineError', code: 'disk-full' });
    expect(readdirSync(small)).toEqual([]);
    expect(existsSync(workFolder)).toBe(false);
  },
);

test.skipIf(!canMount)(
  'a cache on a full disk is an error about the disk, not about the source (needs root to mount)',
  async () => {
    writeFileSync(join(small, 'ballast'), Buffer.alloc(1_900_000));
    expect(() => surveyTableHere(tableOf(path), join(small, 'cache'))).toThrow(
      expect.objectContaining({ name: 'EngineError', code: 'disk-full' }),
    );
    const check = checkWish({ tables: [tableOf(path)], format: 'text/csv' }, small);
    expect((await check).items[0]!.reasons[0]!.detail).toContain('disk is full');
    expect(readdirSync(join(small, 'cache'))).toEqual([]);
  },
);
