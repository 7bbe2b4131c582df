import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { temporaryFolder } from './temporary-folder.ts';

it('is there in its scope and gone after it', async () => {
  let path = '';
  {
    await using folder = await temporaryFolder();
    path = folder.path;
    await writeFile(new URL('a.txt', folder.url), 'a');
    expect(existsSync(folder.file('a.txt'))).toBe(true);
  }
  expect(existsSync(path)).toBe(false);
});
