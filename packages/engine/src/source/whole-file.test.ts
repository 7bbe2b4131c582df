import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import process from 'node:process';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { makeWholeFile } from './whole-file.ts';

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const id = '0b5e4d3c-1a2b-4c3d-8e9f-0123456789ab';
/** Of a process that has ended. */
const { pid: dead } = spawnSync(process.execPath, ['--version']);

function leave(name: string, hoursAgo: number): void {
  writeFileSync(folder.file(name), 'half');
  const seconds = Date.now() / 1000 - hoursAgo * 3600;
  utimesSync(folder.file(name), seconds, seconds);
}

const make = (): void => makeWholeFile(folder.file('a.json'), (temporary) => writeFileSync(temporary, '{}'));

test('a file has its name when it is whole, and nothing is beside it', () => {
  makeWholeFile(folder.file('a.json'), (temporary) => {
    writeFileSync(temporary, '{}');
    expect(readdirSync(folder.path)).not.toContain('a.json');
  });
  expect(readFileSync(folder.file('a.json'), 'utf8')).toBe('{}');
  expect(readdirSync(folder.path)).toEqual(['a.json']);
});

test('what fails leaves the file that was there, and nothing else', () => {
  make();
  const fail = (): void =>
    makeWholeFile(folder.file('a.json'), (temporary) => {
      writeFileSync(temporary, 'half');
      throw new Error('no room');
    });
  expect(fail).toThrow('no room');
  expect(readdirSync(folder.path)).toEqual(['a.json']);
  expect(readFileSync(folder.file('a.json'), 'utf8')).toBe('{}');
});

test('what a killed process has left is removed, whether or not its number is in the name', () => {
  leave(`a.sqlite.${dead}.${id}.tmp`, 2);
  leave(`a.sqlite.${id}.tmp`, 2);
  make();
  expect(readdirSync(folder.path)).toEqual(['a.json']);
});

test('what a living process may still write, or is new, or has another name, stays', () => {
  const names = [
    `a.sqlite.${process.pid}.${id}.tmp`,
    `b.sqlite.${dead}.${id}.tmp`,
    'mine.tmp',
    `${id}.sqlite`,
  ];
  for (const name of names) leave(name, name.startsWith('b') ? 0.5 : 48);
  make();
  expect(readdirSync(folder.path).toSorted()).toEqual([...names, 'a.json'].toSorted());
});
