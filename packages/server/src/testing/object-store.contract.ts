import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import type { ObjectStore } from '../storage/object-store.ts';

/** A store to try, and what only its adapter can tell. */
export interface TriedStore extends AsyncDisposable {
  readonly store: ObjectStore;
  /** Drafts and parts that nobody can see. */
  unfinished(): Promise<string[]>;
}

/** More than is uploaded in one request. */
const largeBytes = 20 * 1024 * 1024 + 123;

/** What every object store must do, in the same way. */
export function objectStoreContract(open: () => Promise<TriedStore>): void {
  // Megabytes go to the disk, for good.
  vi.setConfig({ testTimeout: 60_000 });
  let tried: TriedStore;
  let store: ObjectStore;
  let folder: URL;

  beforeAll(async () => {
    tried = await open();
    store = tried.store;
    folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'outcrop-store-'))}/`);
  });

  beforeEach(() => store.deletePrefix(''));

  afterAll(async () => {
    await tried[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function aFile(content: string | Buffer, name = 'draft'): Promise<URL> {
    const file = new URL(name, folder);
    await writeFile(file, content);
    return file;
  }

  async function textOf(key: string, range?: { start: number; end: number }): Promise<string> {
    return new Response(await store.read(key, range)).text();
  }

  async function keys(prefix: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { key } of store.list(prefix)) found.push(key);
    return found.toSorted();
  }

  test('an object is what was put, and the file has been taken over', async () => {
    const file = await aFile('hello');
    await store.put('12/archive.zip', file);
    expect(await textOf('12/archive.zip')).toBe('hello');
    expect(await store.stat('12/archive.zip')).toEqual({
      key: '12/archive.zip',
      bytes: 5,
      modifiedAt: expect.any(Date),
    });
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test('a file that is only to be copied stays, and later changes do not reach the object', async () => {
    const file = await aFile('first');
    await store.putFile('12/archive.zip', file);
    await writeFile(file, 'later');
    expect(await textOf('12/archive.zip')).toBe('first');
  });

  test('an object of no bytes is one', async () => {
    await store.put('12/empty', await aFile(''));
    expect(await store.stat('12/empty')).toMatchObject({ bytes: 0 });
    expect(await textOf('12/empty')).toBe('');
  });

  test.each([
    [0, 1, '01'],
    [2, 4, '234'],
    [9, 9, '9'],
    [5, 99, '56789'],
  ])('bytes %i to %i are those', async (start, end, text) => {
    await store.put('1/digits', await aFile('0123456789'));
    expect(await textOf('1/digits', { start, end })).toBe(text);
  });

  test('putting again replaces the whole object', async () => {
    await store.put('1/a', await aFile('a long text'));
    await store.put('1/a', await aFile('short'));
    expect(await textOf('1/a')).toBe('short');
    expect(await keys('')).toEqual(['1/a']);
  });

  test('what is not there is null, false or nothing, and can be deleted', async () => {
    expect(await store.stat('9/none')).toBeNull();
    expect(await store.read('9/none')).toBeNull();
    expect(await store.read('9/none', { start: 0, end: 1 })).toBeNull();
    expect(await store.fetchTo('9/none', new URL('fetched', folder))).toBe(false);
    expect(await keys('9/')).toEqual([]);
    await store.delete('9/none');
    await store.deletePrefix('9/');
    expect(await readdir(folder)).not.toContain('fetched.part');
  });

  test('a deleted object is gone', async () => {
    await store.put('1/a', await aFile('a'));
    await store.delete('1/a');
    expect(await store.stat('1/a')).toBeNull();
    expect(await keys('')).toEqual([]);
  });

  test('objects are listed and deleted by prefix, which is a folder and not the beginning of a name', async () => {
    for (const key of ['runs/1/items/1/a.gpkg', 'runs/1/items/2/b', 'runs/1/x', 'runs/12/x', 'archives/1']) {
      await store.put(key, await aFile(key));
    }
    expect(await keys('runs/1/')).toEqual(['runs/1/items/1/a.gpkg', 'runs/1/items/2/b', 'runs/1/x']);
    for await (const found of store.list('archives/')) {
      expect(found).toEqual({ key: 'archives/1', bytes: 10, modifiedAt: expect.any(Date) });
      expect(Math.abs(Date.now() - found.modifiedAt.getTime())).toBeLessThan(60_000);
    }
    await store.deletePrefix('runs/1/items/');
    expect(await keys('')).toEqual(['archives/1', 'runs/1/x', 'runs/12/x']);
    await store.deletePrefix('');
    expect(await keys('')).toEqual([]);
  });

  test('more objects than fit on one page are listed', async () => {
    const expected = Array.from({ length: 45 }, (_, index) => `many/${index}`);
    await Promise.all(
      expected.map(async (key, index) => store.putFile(key, await aFile('x', `many-${index}`))),
    );
    expect(await keys('many/')).toEqual(expected.toSorted());
  });

  test.each([
    '',
    'a',
    '/a/b',
    'a/',
    'a//b',
    '../a',
    'a/../b',
    'a/./b',
    'a/.b',
    'A/b',
    'a\\b/c',
    'a/b\0',
    'a/%2e',
    `a/${'b'.repeat(600)}`,
  ])('%j is no key', async (key) => {
    const file = await aFile('x');
    for (const refused of [
      () => store.put(key, file),
      () => store.putFile(key, file),
      () => store.fetchTo(key, new URL('fetched', folder)),
      () => store.read(key),
      () => store.stat(key),
      () => store.delete(key),
    ]) {
      await expect(refused).rejects.toThrow(/is not the key of an object/);
    }
    expect(await readFile(file, 'utf8')).toBe('x');
  });

  test.each(['a', '/', '../', 'a/../', './'])('%j is no prefix', async (prefix) => {
    await expect(() => keys(prefix)).rejects.toThrow(/is not a prefix/);
    await expect(() => store.deletePrefix(prefix)).rejects.toThrow(/is not a prefix/);
  });

  test('a large object is whole, in parts and as a file', async () => {
    const bytes = randomBytes(largeBytes);
    await store.putFile('1/large', await aFile(bytes));
    expect(await store.stat('1/large')).toMatchObject({ bytes: largeBytes });
    const middle = await new Response(
      await store.read('1/large', { start: 8_388_600, end: 8_388_615 }),
    ).arrayBuffer();
    expect(Buffer.from(middle).equals(bytes.subarray(8_388_600, 8_388_616))).toBe(true);
    const target = new URL('fetched', folder);
    expect(await store.fetchTo('1/large', target)).toBe(true);
    const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
    expect(digest(await readFile(target))).toBe(digest(bytes));
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
    await store.delete('1/large');
    expect(await tried.unfinished()).toEqual([]);
  });

  test('fetching replaces the file that is there', async () => {
    await store.put('1/a', await aFile('new'));
    const target = await aFile('older and longer', 'target');
    expect(await store.fetchTo('1/a', target)).toBe(true);
    expect(await readFile(target, 'utf8')).toBe('new');
  });

  test('a stream that is cancelled lets go', async () => {
    await store.put('1/large', await aFile(randomBytes(largeBytes)));
    for (let times = 0; times < 20; times += 1) {
      const reader = (await store.read('1/large'))!.getReader();
      expect((await reader.read()).done).toBe(false);
      await reader.cancel();
    }
    expect(await store.stat('1/large')).toMatchObject({ bytes: largeBytes });
  });

  test('a transfer that is aborted fails with the reason, and leaves nothing', async () => {
    const reason = new Error('enough');
    const options = { signal: AbortSignal.abort(reason) };
    const file = await aFile(randomBytes(largeBytes));
    await expect(store.put('1/a', file, options)).rejects.toBe(reason);
    await expect(store.putFile('1/a', file, options)).rejects.toBe(reason);
    await expect(store.fetchTo('1/a', new URL('none', folder), options)).rejects.toBe(reason);
    expect(await store.stat('1/a')).toBeNull();
    expect(await tried.unfinished()).toEqual([]);
    expect((await stat(file)).size).toBe(largeBytes);
  });

  test('a file that is not there is its own error, and no object', async () => {
    await expect(store.put('1/a', new URL('no-such-file', folder))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await store.stat('1/a')).toBeNull();
  });

  test('many puts and deletes in one folder do not get into each other’s way', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const key = `busy/${index}`;
        await store.put(key, await aFile(`${index}`, `busy-${index}`));
        expect(await textOf(key)).toBe(`${index}`);
        await store.delete(key);
      }),
    );
    expect(await keys('busy/')).toEqual([]);
  });
}
