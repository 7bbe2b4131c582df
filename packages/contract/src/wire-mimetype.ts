/** Spellings that are accepted but never sent. */
const aliases: Readonly<Record<string, string>> = {
  'application/x-ogc-filegdb': 'applicaton/x-ogc-filegdb',
};

/**
 * A mimetype as the wire spells it, from what someone wrote: case and spaces around `;` do not matter, parameters do, and
 * the File Geodatabase's lacks an "i" (wire contract, section 7). Whether a format has it is not looked at.
 */
export function wireMimetype(written: string): string {
  const mimetype = written
    .trim()
    .toLowerCase()
    .replaceAll(/\s*;\s*/g, ';');
  return aliases[mimetype] ?? mimetype;
}
