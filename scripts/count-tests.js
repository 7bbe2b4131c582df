// Sums what vitest's JSON reports say and prints `N passed, N failed`. A test file that could not be loaded, an error
// outside any test and a runner that died count as failures too: nothing that went wrong is left out of the sum.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', ...projects] = process.argv.slice(2);
let passed = 0;
let failed = 0;

for (const project of projects) {
  const count = countProject(project);
  passed += count.passed;
  failed += count.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** @param {string} project */
function countProject(project) {
  const exitCode = Number(readFileSync(join(folder, `${project}.exit`), 'utf8'));
  const report = readReport(project);
  if (report === null) return { passed: 0, failed: 1 };
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failures = report.numFailedTests + unloaded;
  const isUnexplained = exitCode !== 0 && failures === 0;
  return { passed: report.numPassedTests, failed: failures + (isUnexplained ? 1 : 0) };
}

/**
 * @param {string} project
 * @returns {{ numPassedTests: number, numFailedTests: number, testResults: { status: string, assertionResults: { status: string }[] }[] } | null}
 */
function readReport(project) {
  try {
    return JSON.parse(readFileSync(join(folder, `${project}.json`), 'utf8'));
  } catch {
    return null;
  }
}
