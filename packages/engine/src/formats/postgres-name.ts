/** Bytes of a name that PostgreSQL keeps; it cuts what is longer in silence (NAMEDATALEN). */
const maxBytes = 63;
/** Columns that every table has already (PostgreSQL, 5.6). */
const systemColumns: readonly string[] = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid', 'oid'];

/** A column's name as PostgreSQL takes it: its own unless that is too long, a system column's or taken, whatever the case. */
export function postgresColumnName(name: string, taken: readonly string[]): string {
  const isTaken = (candidate: string): boolean =>
    systemColumns.includes(candidate) ||
    taken.some((other) => other.toLowerCase() === candidate.toLowerCase());
  for (let number = 0; ; number++) {
    const candidate = postgresName(name || 'field', number === 0 ? '' : `_${number}`);
    if (!isTaken(candidate)) return candidate;
  }
}

/** As much of a name as there is room for before what ends it. */
export function postgresName(name: string, ending: string): string {
  let cut = name;
  while (Buffer.byteLength(cut) + ending.length > maxBytes) cut = [...cut].slice(0, -1).join('');
  return cut + ending;
}

/** A name as SQL refers to it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL has it, where `standard_conforming_strings` is on. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
