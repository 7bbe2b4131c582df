import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ArchiveWriter } from './archive-writer.ts';
import { verifyArchive } from './verify-archive.ts';

let folder: TemporaryFolder;
let path: string;
const noise = randomBytes(3_000_000);
const rows = Buffer.from('a row of text that compresses well\n'.repeat(120_000));

beforeEach(async () => {
  folder = await temporaryFolder();
  path = folder.file('archive.zip');
  writeFileSync(folder.file('noise'), noise);
  writeFileSync(folder.file('rows'), rows);
  writeFileSync(folder.file('empty'), '');
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

/** Writes an archive with a manifest that `change` may falsify. */
async function writeArchive(
  change: (manifest: { members: unknown[] }) => object | null = (manifest) => manifest,
): Promise<void> {
  const archive = await ArchiveWriter.create(path);
  await archive.addFile('data/noise.bin', folder.file('noise'));
  await archive.addFile('data/rows.csv', folder.file('rows'));
  await archive.addFile('empty', folder.file('empty'));
  await archive.addText('Ōwenga – 東京.txt', 'Chatham Islands\n');
  const manifest = change({ members: [...archive.manifest] });
  if (manifest !== null) await archive.addText('manifest.json', JSON.stringify(manifest));
  await archive.finish();
  await archive.close();
}

function run(program: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${program}: ${stdout}${stderr}`);
  return stdout;
}

describe('an archive', () => {
  test('of a file that is too large to be hashed in passing is as sound, and has the digest that it says', async () => {
    const large = randomBytes(70_000_000);
    writeFileSync(folder.file('large'), large);
    const archive = await ArchiveWriter.create(path);
    await archive.addFile('rows.csv', folder.file('rows'));
    await archive.addFile('large.bin', folder.file('large'));
    await archive.addFile('again.bin', folder.file('large'));
    await archive.addText('last.txt', 'the end');
    await archive.finish();
    const said = await archive.digest();
    await archive.close();
    expect(run('unzip', ['-t', path])).toContain('No errors detected');
    expect(run('sha256sum', [path])).toContain(said);
    const ofLarge = createHash('sha256').update(large).digest('hex');
    expect(archive.manifest.map(({ path: name, sha256 }) => [name, sha256])).toEqual([
      ['rows.csv', createHash('sha256').update(rows).digest('hex')],
      ['large.bin', ofLarge],
      ['again.bin', ofLarge],
      ['last.txt', createHash('sha256').update('the end').digest('hex')],
    ]);
  });

  test('of a large file can be stopped', async () => {
    writeFileSync(folder.file('large'), randomBytes(70_000_000));
    const controller = new AbortController();
    const archive = await ArchiveWriter.create(path, {
      signal: controller.signal,
      onBytes: () => controller.abort(new Error('enough')),
    });
    await expect(archive.addFile('large.bin', folder.file('large'))).rejects.toThrow('enough');
    await archive.close();
  });

  test('is sound to unzip', async () => {
    await writeArchive();
    expect(run('unzip', ['-t', path])).toContain('No errors detected');
  });

  test('is read back byte for byte by Python', async () => {
    await writeArchive();
    const script = `
import hashlib, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
print(archive.testzip())
for entry in archive.infolist():
    print(entry.filename, entry.file_size, entry.date_time[0], hashlib.sha256(archive.read(entry)).hexdigest())`;
    const { members } = await verifyArchive(path);
    expect(run('python3', ['-c', script, path]).trim().split('\n')).toEqual([
      'None',
      ...members.map((member) => `${member.path} ${member.bytes} 1980 ${member.sha256}`),
    ]);
  });

  test('stores what cannot be compressed, and compresses the rest', async () => {
    await writeArchive();
    const bytes = readFileSync(path).length;
    expect(bytes).toBeGreaterThan(noise.length);
    expect(bytes).toBeLessThan(noise.length + rows.length / 20);
  });

  test('has the same bytes every time', async () => {
    await writeArchive();
    const first = readFileSync(path);
    path = folder.file('second.zip');
    await writeArchive();
    expect(readFileSync(path).equals(first)).toBe(true);
  });

  test('is not written over', async () => {
    writeFileSync(path, 'someone else’s');
    await expect(writeArchive()).rejects.toThrow(/EEXIST/);
    expect(readFileSync(path, 'utf8')).toBe('someone else’s');
  });

  test('stops where it is told to', async () => {
    const archive = await ArchiveWriter.create(path, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(archive.addFile('noise', folder.file('noise'))).rejects.toThrow('enough');
    await archive.close();
  });
});

describe('verifying', () => {
  const alter = (at: number): void => {
    const bytes = readFileSync(path);
    bytes[at] = bytes[at]! ^ 0xff;
    writeFileSync(path, bytes);
  };

  test('finds nothing wrong with a sound archive', async () => {
    await writeArchive();
    const { ok, problems, members } = await verifyArchive(path);
    expect([ok, problems, members.length]).toEqual([true, [], 5]);
  });

  test.each([
    ['a stored member', 100_000, /CRC-32|SHA-256|cannot be read/],
    ['a compressed member', 3_002_000, /CRC-32|SHA-256|cannot be read/],
  ])('finds an altered byte in %s', async (_, at, problem) => {
    await writeArchive();
    alter(at);
    const { ok, members } = await verifyArchive(path);
    expect(ok).toBe(false);
    expect(members.filter((member) => !member.ok)).toEqual([
      expect.objectContaining({ problem: expect.stringMatching(problem) }),
    ]);
  });

  test('finds a member that is missing', async () => {
    await writeArchive((manifest) => ({
      members: [...manifest.members, { path: 'gone.txt', bytes: 1, sha256: '0'.repeat(64) }],
    }));
    const { ok, problems } = await verifyArchive(path);
    expect([ok, problems]).toEqual([false, ['gone.txt is in the manifest, but not in the archive.']]);
  });

  test('finds a member too many', async () => {
    await writeArchive((manifest) => ({ members: manifest.members.slice(1) }));
    const { ok, members } = await verifyArchive(path);
    expect(ok).toBe(false);
    expect(members[0]).toMatchObject({ ok: false, problem: 'It is not in the manifest.' });
  });

  test('finds a member that is not what the manifest says', async () => {
    await writeArchive(({ members }) => ({
      members: members.map((member) => ({ ...(member as object), sha256: '0'.repeat(64) })),
    }));
    const { ok, members } = await verifyArchive(path);
    expect(ok).toBe(false);
    expect(members.filter((member) => !member.ok)).toHaveLength(4);
  });

  test('wants a manifest', async () => {
    await writeArchive(() => null);
    expect(await verifyArchive(path)).toMatchObject({ ok: false, problems: ['It has no manifest.json.'] });
  });

  test('wants a manifest that is one', async () => {
    await writeArchive(() => ({ members: [{ path: 1 }] }));
    expect(await verifyArchive(path)).toMatchObject({
      ok: false,
      problems: ['Its manifest.json is not a manifest.'],
    });
  });

  test.each([
    ['cut short', () => readFileSync(path).subarray(0, 2_000_000)],
    ['empty', () => Buffer.of()],
    ['not a zip', () => Buffer.from('<html>502 Bad Gateway</html>'.repeat(20))],
  ])('answers for a file that is %s', async (_, contents) => {
    await writeArchive();
    writeFileSync(path, contents());
    const { ok, problems } = await verifyArchive(path);
    expect(ok).toBe(false);
    expect(problems[0]).toMatch(/^The archive cannot be read: /);
  });

  test('answers for a file that is not there', async () => {
    const { ok, problems } = await verifyArchive(folder.file('none.zip'));
    expect([ok, problems[0]]).toEqual([false, expect.stringContaining('cannot be read')]);
  });
});
