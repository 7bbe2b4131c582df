/**
 * The EPSG number of the horizontal CRS of a WKT, as GDAL writes it; null where it carries none. A compound CRS has
 * heights too, which no raster format keeps: its horizontal part counts.
 */
export function epsgOfWkt(wkt: string): number | null {
  const text = wkt.trim();
  if (/^BOUNDCRS\[/i.test(text)) return epsgOfPart(text, /SOURCECRS\[/i);
  if (/^(COMPOUNDCRS|COMPD_CS)\[/i.test(text))
    return epsgOfPart(text, /(PROJCRS|PROJCS|GEOGCRS|GEOGCS|GEODCRS)\[/i);
  return epsgAtEnd(text);
}

function epsgOfPart(text: string, start: RegExp): number | null {
  const inner = text.slice(text.indexOf('[') + 1);
  const found = start.exec(inner);
  if (found === null) return null;
  const part = balanced(inner.slice(found.index));
  return found[0].toUpperCase().startsWith('SOURCECRS')
    ? epsgOfWkt(part.slice(found[0].length, -1))
    : epsgAtEnd(part);
}

/** From the beginning to the bracket that closes the first one. Brackets in names are in quotes. */
function balanced(text: string): string {
  let [depth, isQuoted] = [0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (character === '[') depth += 1;
    if (character === ']' && --depth === 0) return text.slice(0, at + 1);
  }
  return text;
}

function epsgAtEnd(text: string): number | null {
  const number = /(?:ID|AUTHORITY)\["EPSG",\s*"?(\d+)"?\]\]\s*$/i.exec(text)?.[1];
  return number === undefined ? null : Number(number);
}
