import { existsSync } from 'node:fs';

import { expect, test } from 'vitest';

import { createFileSink } from './file-sink.ts';

test.runIf(existsSync('/dev/full'))('a full disk is an error with the remedy', async () => {
  // The device takes a file name but no bytes, as a full disk does; the part file is a link to it.
  const { mkdtemp, rm, symlink } = await import('node:fs/promises');
  const folder = await mkdtemp('/tmp/outcrop-sink-');
  try {
    await symlink('/dev/full', `${folder}/x.zip.part`);
    const sink = await createFileSink(`${folder}/x.zip`, { overwrite: false });
    await sink.open({ fileName: 'x.zip', totalBytes: null });
    await expect(sink.write(new Uint8Array(10))).rejects.toThrow(
      /x\.zip could not be written: the disk is full; free some space/,
    );
    await sink.discard('failed');
    expect(existsSync(`${folder}/x.zip.part`)).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
