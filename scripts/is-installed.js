// Exits 0 when node_modules holds the versions that package-lock.json asks for. Contents are compared, not times:
// a checkout changes the times of files that are the same.
import { readFileSync } from 'node:fs';

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, link?: boolean, optional?: boolean, devOptional?: boolean }>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).packages;
}

/** @returns {boolean} */
function isInstalled() {
  try {
    const wanted = readPackages('../package-lock.json');
    const present = readPackages('../node_modules/.package-lock.json');
    return Object.entries(wanted).every(
      ([path, entry]) =>
        !path.includes('node_modules/') ||
        (entry.optional ?? entry.devOptional ?? false) ||
        present[path]?.version === entry.version,
    );
  } catch {
    return false;
  }
}

process.exit(isInstalled() ? 0 : 1);
