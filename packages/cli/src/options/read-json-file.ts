import { open } from 'node:fs/promises';
import { resolve } from 'node:path';

import { CommandFailure } from '../command-failure.ts';

/** What a person may pass as a file of JSON: a coast in full is some tens of megabytes. */
const maxBytes = 512 * 1024 * 1024;

/** Reads a file of JSON. `what` names it in failures: `the request`. */
export async function readJsonFile(
  file: string,
  options: { workingFolder: string; what: string },
): Promise<unknown> {
  const path = resolve(options.workingFolder, file);
  const text = await readText(path, options.what);
  try {
    // Windows editors put a byte order mark in front, which JSON does not allow.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure([`${path}, ${options.what}, is not JSON: ${reason}`], { cause });
  }
}

async function readText(path: string, what: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > maxBytes) throw new Error(`it has ${size} bytes, and at most ${maxBytes} are read`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure([`${path}, ${what}, cannot be read: ${reason}`], { cause });
  }
}
