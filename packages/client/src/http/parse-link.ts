/** The targets of a `Link` header (RFC 8288) by relation. */
export function parseLink(header: string | null): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const match of (header ?? '').matchAll(
    /<([^>]*)>((?:\s*;\s*[^\s;,=]+\s*(?:=\s*(?:"[^"]*"|[^\s;,"]*))?)*)/g,
  )) {
    const [, target, parameters] = match;
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))/i.exec(parameters ?? '');
    for (const name of (rel?.[1] ?? rel?.[2] ?? '').split(/\s+/)) {
      if (name !== '' && target !== undefined) links.set(name.toLowerCase(), target);
    }
  }
  return links;
}
