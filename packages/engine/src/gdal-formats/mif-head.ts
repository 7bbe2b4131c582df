import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The head of a table of 250 columns is a tenth of it. */
const mostBytes = 1 << 17;

/** Writes the head of a MIF, up to its features, as a file of its own. Returns its path. */
export function mifHead(product: string, folder: string): string {
  const bytes = Buffer.alloc(mostBytes);
  const file = openSync(product, 'r');
  const length = readSync(file, bytes, 0, mostBytes, 0);
  closeSync(file);
  const head = /^[^]*?\nData\r?\n/.exec(bytes.toString('latin1', 0, length))?.[0] ?? '';
  const path = join(folder, 'head.mif');
  writeFileSync(path, head, 'latin1');
  writeFileSync(join(folder, 'head.mid'), '');
  return path;
}
