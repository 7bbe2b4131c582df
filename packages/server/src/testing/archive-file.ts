import { readdir, stat } from 'node:fs/promises';

/** The archive that was stored last in a site folder. */
export async function newestArchive(siteFolder: URL): Promise<URL> {
  const store = new URL('.outcrop/exports/', siteFolder);
  const names = (await readdir(store, { recursive: true })).filter((name) => name.endsWith('.zip'));
  const dated = await Promise.all(
    names.map(async (name) => {
      const file = new URL(name, store);
      return { file, at: (await stat(file)).mtimeMs };
    }),
  );
  const newest = dated.toSorted((a, b) => b.at - a.at)[0];
  if (newest === undefined) throw new Error('the site has stored no archive');
  return newest.file;
}
