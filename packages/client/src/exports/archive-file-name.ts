/** File systems take 255 bytes; `.part` and `.corrupt` are added to the name. */
const maxBytes = 240;

/**
 * The file name of an archive: from `Content-Disposition`, plain or extended (RFC 6266; the extended one wins), else
 * from the name of the export. Never a path, never hidden, and legal on every file system, whatever a site sends.
 */
export function archiveFileName(disposition: string | null, exportName: string): string {
  const given = disposition === null ? null : (extendedName(disposition) ?? plainName(disposition));
  const name = given === null ? '' : sanitise(given);
  return shorten(name === '' ? `${sanitise(exportName) || 'export'}.zip` : name);
}

function extendedName(disposition: string): string | null {
  const match = /;\s*filename\*\s*=\s*"?(utf-8|iso-8859-1)'[^']*'([^;\s"]*)/i.exec(disposition);
  const [, charset = '', encoded = ''] = match ?? [];
  if (charset.toLowerCase() === 'iso-8859-1') return latin1(encoded);
  try {
    return encoded === '' ? null : decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

/** RFC 5987 asks readers to know this charset too: its codes are those of Unicode. */
function latin1(encoded: string): string {
  return encoded.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function plainName(disposition: string): string | null {
  const match = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition);
  return match?.[1]?.replaceAll(/\\(.)/g, '$1') ?? match?.[2] ?? null;
}

function sanitise(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const clean = base
    // Control and format characters, and what Windows forbids in names.
    .replaceAll(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '')
    .replace(/^[.\s]+/, '')
    .replace(/[.\s]+$/, '');
  const isDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(clean);
  return isDevice ? `_${clean}` : clean;
}

function shorten(name: string): string {
  if (byteLength(name) <= maxBytes) return name;
  const extension = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0] ?? '';
  let kept = '';
  for (const character of name.slice(0, name.length - extension.length)) {
    if (byteLength(kept + character + extension) > maxBytes) break;
    kept += character;
  }
  return kept + extension;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
