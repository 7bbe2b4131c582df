import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/**
 * Path of a file that an npm package ships. The folders that Node searches are tried one by one: the packages either
 * have no entry point or an `exports` map that leaves their data out.
 */
export function packageFile(name: string, path: string): string {
  const candidates = (resolve.paths(name) ?? []).map((folder) => join(folder, name, path));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error(`${name}/${path} is not installed; run npm run setup`);
  return found;
}

/** Reads a JSON file of an npm package. The caller vouches for its shape: packages are pinned by the lockfile. */
export function readJson<T>(name: string, path: string): T {
  return JSON.parse(readFileSync(packageFile(name, path), 'utf8')) as T;
}
