import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { verifyArchive } from '../archive/verify-archive.ts';
import { EngineError } from '../engine-error.ts';
import { importFile } from './import-file.ts';
import type { ImportReport } from './import-report.ts';

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder[Symbol.asyncDispose]());

/** A zip of CSVs of these names, written by Python: it takes any. */
function writeZip(names: readonly string[]): string {
  const program =
    'import json, sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w")\nfor name in json.loads(sys.argv[2]):\n  i = zipfile.ZipInfo("placeholder"); i.filename = name; i.orig_filename = name; z.writestr(i, "a,b\\n1,2\\n")\nz.close()';
  const target = folder.file('hostile.zip');
  const { status, stderr } = spawnSync(
    'python3',
    ['-W', 'ignore', '-c', program, target, JSON.stringify(names)],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
  return target;
}

async function importZip(names: readonly string[]): Promise<ImportReport | EngineError> {
  const options = { target: folder.file('out.gpkg'), workFolder: folder.file('work') };
  return importFile(writeZip(names), options).catch((error: unknown) => {
    if (error instanceof EngineError) return error;
    throw error;
  });
}

test.each([
  '../escaped.csv',
  '../../../tmp/escaped.csv',
  '/escaped.csv',
  String.raw`..\escaped.csv`,
  'C:/escaped.csv',
])('a zip with a member named %j is refused, and nothing of it is written', async (name) => {
  const outcome = await importZip(['good.csv', name]);
  expect(outcome).toMatchObject({ code: 'source-corrupt' });
  expect(existsSync(folder.file('../escaped.csv'))).toBe(false);
  expect(readdirSync(folder.path)).not.toContain('escaped.csv');
  expect(await verifyArchive(folder.file('hostile.zip'))).toMatchObject({ ok: false });
});

test('members of the same name, or of one that Windows keeps for itself, are tables of names of ours', async () => {
  const outcome = await importZip([
    'con.csv',
    'nul.csv',
    '-overwrite.csv',
    "it's; --.csv",
    'same.csv',
    'same.csv',
  ]);
  expect(outcome).not.toBeInstanceOf(EngineError);
  const { layers, skipped } = outcome as ImportReport;
  expect(layers.length + skipped.length).toBeGreaterThanOrEqual(4);
  for (const { table } of layers) expect(table).toMatch(/^[a-z_][a-z0-9_]*$/);
});

test('an archive with a member twice is not sound', async () => {
  await writeFile(folder.file('manifest.json'), '');
  const program =
    'import hashlib, json, sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w")\nm = {"members": [{"path": "a", "bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}]}\nz.writestr("a", "x"); z.writestr("a", "x"); z.writestr("manifest.json", json.dumps(m)); z.close()';
  spawnSync('python3', ['-W', 'ignore', '-c', program, folder.file('twice.zip')]);
  expect(await verifyArchive(folder.file('twice.zip'))).toMatchObject({ ok: false });
});
