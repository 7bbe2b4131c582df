import { realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { SiteError } from './site-error.ts';

/** Where a site keeps things. Everything of its own is below `.outcrop/`; the rest is the person's. */
export interface SitePaths {
  readonly folder: URL;
  readonly configFile: URL;
  readonly database: URL;
  readonly exports: URL;
  readonly work: URL;
  readonly cache: URL;
  readonly lockFile: URL;
  readonly runningFile: URL;
}

/** The places of a site in a folder. */
export function sitePaths(folder: URL): SitePaths {
  const root = asFolder(folder);
  const own = new URL('.outcrop/', root);
  return {
    folder: root,
    configFile: new URL('outcrop.yaml', root),
    database: new URL('database/', own),
    exports: new URL('exports/', own),
    work: new URL('work/', own),
    cache: new URL('cache/', own),
    lockFile: new URL('site-lock.sqlite', own),
    runningFile: new URL('site.json', own),
  };
}

/**
 * The file that a layer of `outcrop.yaml` names, if it is inside the site folder.
 *
 * @throws SiteError for a path that leaves the folder: absolute, through `..`, or through a symbolic link.
 */
export async function resolveSiteFile(folder: URL, file: string): Promise<string> {
  const parts = file.split(/[/\\]/);
  if (isAbsolute(file) || /^[a-z]:/i.test(file) || parts.includes('..') || file.includes('\0')) {
    throw new SiteError(
      `The file ${JSON.stringify(file)} is outside the site folder; use a path below it, without "..".`,
    );
  }
  const site = fileURLToPath(asFolder(folder));
  const root = await realpath(site);
  const path = join(site, ...parts);
  const real = await realpath(path).catch(() => path);
  if (real !== root && !real.startsWith(root + sep)) {
    throw new SiteError(
      `The file ${JSON.stringify(file)} is a link to ${real}, outside the site folder; copy the data into it.`,
    );
  }
  return path;
}

function asFolder(folder: URL): URL {
  return folder.pathname.endsWith('/') ? folder : pathToFileURL(fileURLToPath(folder) + sep);
}
