import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outcrop-count-tests-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/**
 * @param {string} project
 * @param {number} exitCode
 * @param {object | string} [report]
 */
function write(project, exitCode, report) {
  writeFileSync(join(folder, `${project}.exit`), `${exitCode}\n`);
  if (report === undefined) return;
  writeFileSync(
    join(folder, `${project}.json`),
    typeof report === 'string' ? report : JSON.stringify(report),
  );
}

/** @param {string[]} projects */
function count(...projects) {
  const { stdout, status } = spawnSync(process.execPath, ['scripts/count-tests.js', folder, ...projects], {
    encoding: 'utf8',
  });
  return { line: stdout.trimEnd(), status };
}

const passing = { numPassedTests: 3, numFailedTests: 0, testResults: [] };

describe('count-tests', () => {
  it('sums the projects', () => {
    write('unit', 0, passing);
    write('e2e', 0, { ...passing, numPassedTests: 4 });
    expect(count('unit', 'e2e')).toEqual({ line: '7 passed, 0 failed', status: 0 });
  });

  it('counts failed tests', () => {
    write('unit', 1, { ...passing, numFailedTests: 2 });
    expect(count('unit')).toEqual({ line: '3 passed, 2 failed', status: 1 });
  });

  it('counts a file that could not be loaded', () => {
    write('unit', 1, { ...passing, testResults: [{ status: 'failed', assertionResults: [] }] });
    expect(count('unit')).toEqual({ line: '3 passed, 1 failed', status: 1 });
  });

  it('counts an error outside any test', () => {
    write('unit', 1, passing);
    expect(count('unit')).toEqual({ line: '3 passed, 1 failed', status: 1 });
  });

  it.each([
    ['wrote nothing', undefined],
    ['was cut off', '{"numPassed'],
  ])('counts a runner that %s', (_, report) => {
    write('unit', 137, report);
    expect(count('unit')).toEqual({ line: '0 passed, 1 failed', status: 1 });
  });

  it('is not content with no tests at all', () => {
    write('unit', 0, { ...passing, numPassedTests: 0 });
    expect(count('unit')).toEqual({ line: '0 passed, 0 failed', status: 1 });
  });
});
