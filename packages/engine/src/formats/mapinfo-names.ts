const maxCharacters = 31;

/** A field's name as MapInfo has them: at most 31 letters, digits and underscores of ASCII, unique whatever the case. */
export function mapInfoFieldName(name: string, taken: readonly string[]): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  const cut = plain.replaceAll(/[^\w]/g, '_').slice(0, maxCharacters) || 'FIELD';
  const isTaken = (candidate: string): boolean =>
    taken.some((other) => other.toLowerCase() === candidate.toLowerCase());
  for (let number = 0; ; number++) {
    const suffix = number === 0 ? '' : `_${number}`;
    const candidate = cut.slice(0, maxCharacters - suffix.length) + suffix;
    if (!isTaken(candidate)) return candidate;
  }
}
