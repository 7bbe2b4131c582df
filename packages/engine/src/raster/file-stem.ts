const maxLength = 100;
/** Names that Windows keeps for itself. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** The dot of what GDAL takes for the end of a zip's name wherever it is in a path: it can write no KMZ of such a name. */
const zipEnding = /\.(?=zip|kmz|dwf|ods|xls[xm])/gi;

/**
 * The name of a tile as the stem of a file: letters, digits and harmless signs stay as they are, whatever else becomes
 * `_`. Never empty, hidden, an option or a path.
 */
export function fileStem(name: string): string {
  const plain = name
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}._ ()+-]/gu, '_')
    .replaceAll(zipEnding, '_')
    .replaceAll(/^[.\- ]+|[. ]+$/g, '')
    .slice(0, maxLength)
    .trim();
  if (plain === '') return 'tile';
  return reserved.test(plain) ? `_${plain}` : plain;
}

/** Stems of several tiles, each different from the others even where case does not count. */
export function uniqueFileStems(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const stem = fileStem(name);
    let unique = stem;
    for (let number = 2; taken.has(unique.toLowerCase()); number++) unique = `${stem}-${number}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}
