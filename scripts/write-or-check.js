import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes a document that is generated. With --check, writes nothing and ends the program as failed where the file is not
 * what would be written.
 *
 * @param {string} target
 * @param {string} text
 */
export function writeOrCheck(target, text) {
  if (!process.argv.includes('--check')) {
    writeFileSync(target, text);
    return;
  }
  const isCurrent = existsSync(target) && readFileSync(target, 'utf8') === text;
  if (!isCurrent) {
    console.error(`${target} is out of date; run npm run docs`);
    process.exitCode = 1;
  }
}
