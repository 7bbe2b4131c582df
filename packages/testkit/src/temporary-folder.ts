import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A folder that is gone, with all it holds, when its scope ends. */
export interface TemporaryFolder extends AsyncDisposable {
  /** Ends in a slash, so that `new URL('name', folder.url)` is a file in it. */
  readonly url: URL;
  readonly path: string;
  /** The path of a file in it. */
  file(name: string): string;
}

/**
 * Makes an empty folder for a test.
 *
 * @example
 * await using folder = await temporaryFolder();
 */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'outcrop-test-'));
  return {
    url: pathToFileURL(path + sep),
    path,
    file: (name) => join(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
