const link = /<([^>]*)>((?:\s*;\s*[^\s;,=]+\s*(?:=\s*(?:"[^"]*"|[^\s;,"]*))?)*)/g;
const parameter = /;\s*([^\s;,=]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]*))/g;

/** The targets of a `Link` header (RFC 8288) by relation. */
export function parseLink(header: string | null): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(link)) {
    for (const relation of relations(parameters)) links.set(relation, target);
  }
  return links;
}

function relations(parameters: string): string[] {
  for (const [, name, quoted, bare] of parameters.matchAll(parameter)) {
    if (name?.toLowerCase() !== 'rel') continue;
    return (quoted ?? bare ?? '')
      .toLowerCase()
      .split(/\s+/)
      .filter((relation) => relation !== '');
  }
  return [];
}
