import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The folder whose packages are installed by hand, as one of them may compile for half an hour. */
const folder = new URL('../../rivals/', import.meta.url);

/** Path of a rival's npm package or of a file in it, or null where it is not installed. */
export function rivalPackage(name: string): string | null {
  try {
    return createRequire(fileURLToPath(folder)).resolve(name);
  } catch {
    return null;
  }
}
