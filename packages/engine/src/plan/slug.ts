const maxLength = 60;
/** Names that Windows keeps for itself, whatever their ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * A title as it appears in file names (wire contract, section 13): accents and punctuation dropped, lower case, hyphens
 * for spaces, at most 60 characters. Never empty, never a path.
 */
export function slugify(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/[\u0300-\u036f]/g, '');
  const slug = plain
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .replaceAll(/[\s-]+/g, '-')
    .slice(0, maxLength)
    .replaceAll(/^[-_]+|[-_]+$/g, '');
  if (slug === '') return 'layer';
  return reserved.test(slug) ? `${slug}-layer` : slug;
}

/** Slugs of several titles, each different from the others. */
export function uniqueSlugs(titles: readonly string[]): string[] {
  const taken = new Set<string>();
  return titles.map((title) => {
    const slug = slugify(title);
    let unique = slug;
    for (let number = 2; taken.has(unique); number++) unique = `${slug.slice(0, maxLength - 4)}-${number}`;
    taken.add(unique);
    return unique;
  });
}
