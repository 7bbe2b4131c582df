import type { CatalogueEntry } from './use-catalogue.ts';

/** Without accents and case, so that “maori” finds “Māori”. */
export function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/** The entries whose title or description holds every word, of one kind or all. Titles that begin with the words come first. */
export function filterCatalogue(
  entries: readonly CatalogueEntry[],
  { text, kind }: { readonly text: string; readonly kind: string },
): CatalogueEntry[] {
  const wanted = fold(text).split(/\s+/).filter(Boolean);
  const ofKind = kind === 'all' ? entries : entries.filter((entry) => entry.kind === kind);
  if (wanted.length === 0) return [...ofKind];
  const found = ofKind.flatMap((entry) => {
    const title = fold(entry.title);
    const all = `${title} ${fold(entry.description ?? '')}`;
    if (!wanted.every((word) => all.includes(word) || word === entry.key)) return [];
    const rank = title.startsWith(wanted[0] ?? '') ? 0 : wanted.every((word) => title.includes(word)) ? 1 : 2;
    return [{ entry, rank }];
  });
  return found.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry);
}
