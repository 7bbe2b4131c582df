import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { makeLargeLayer } from './support/large-layer.ts';
import { type Finished, runOutcrop, runProgram } from './support/run-outcrop.ts';
import { serveSite } from './support/serve-site.ts';

const outcrop = fileURLToPath(new URL('../packages/cli/bin/outcrop.js', import.meta.url));

/** A small disk is a file system in memory, in a name space of its own, which not every machine allows. */
const mount = 'mount -t tmpfs -o size=256k none "$0"';
const canMount = spawnSync('unshare', ['-rm', 'bash', '-c', mount, tmpdir()]).status === 0;

let root: string;
let folder: string;
let disk: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-e2e-'));
  folder = join(root, 'site');
  disk = join(root, 'disk');
  await mkdir(folder);
  await mkdir(disk);
  await makeLargeLayer(folder, 50_000);
  const init = await runOutcrop(['init', folder], { cwd: root });
  if (init.exitCode !== 0) throw new Error(`init failed: ${init.stderr}`);
});

afterAll(() => rm(root, { recursive: true }));

/** Runs the command with a small disk, and then lists what is left on it on standard output. */
function onSmallDisk(commandLine: readonly string[]): Promise<Finished> {
  const script = `${mount} && node "$@"; code=$?; ls -A "$0"; exit $code`;
  return runProgram('unshare', ['-rm', 'bash', '-c', script, disk, outcrop, ...commandLine]);
}

describe.runIf(canMount)('on a full disk', () => {
  test.each(['geojson', 'gpkg', 'csv', 'shp'])(
    'a run to %s is one clear line and leaves nothing',
    async (format) => {
      const mimetypes = {
        geojson: 'application/geo+json',
        gpkg: 'application/x-ogc-gpkg',
        csv: 'text/csv',
        shp: 'application/x-zipped-shp',
      };
      const vector = mimetypes[format as keyof typeof mimetypes];
      const request = join(root, `${format}.json`);
      await writeFile(
        request,
        JSON.stringify({ crs: 'EPSG:4326', formats: { vector }, items: [{ item: 'layers/1' }] }),
      );
      const result = await onSmallDisk(['run', request, '--site', folder, '--output', join(disk, 'out.zip')]);
      expect(result).toMatchObject({ exitCode: 1, stdout: '' });
      expect(result.stderr).toMatch(/^outcrop: Points: The disk is full: [^\n]+Free some space[^\n]+\n$/m);
    },
  );

  test('a download is one clear line and leaves nothing', async () => {
    await using site = await serveSite(folder, ['--anonymous']);
    const options = ['--url', site.url, '--crs', 'EPSG:2193', '--format', 'vector=csv', '--to', disk];
    const result = await onSmallDisk(['export', '1', ...options]);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toMatch(
      /^outcrop: \S+\.zip could not be written: the disk is full; free some space/m,
    );
  });
});
