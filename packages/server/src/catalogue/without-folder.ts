import { fileURLToPath } from 'node:url';

/** A message without the site folder in front of the paths in it: where the folder is concerns nobody outside. */
export function withoutFolder(message: string, folder: URL): string {
  return message.replaceAll(fileURLToPath(folder), '');
}
