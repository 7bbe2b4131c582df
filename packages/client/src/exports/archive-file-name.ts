const maxLength = 200;

/**
 * The file name of an archive: from `Content-Disposition`, plain or extended (RFC 6266; the extended one wins), else
 * from the name of the export. Never a path, never hidden, and legal on every file system, whatever a site sends.
 */
export function archiveFileName(disposition: string | null, exportName: string): string {
  const given = disposition === null ? null : (extendedName(disposition) ?? plainName(disposition));
  const name = given === null ? '' : sanitise(given);
  return name === '' ? `${sanitise(exportName) || 'export'}.zip` : name;
}

function extendedName(disposition: string): string | null {
  const match = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]*)/i.exec(disposition);
  if (match?.[1] === undefined) return null;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return null;
  }
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
  return shorten(isDevice ? `_${clean}` : clean);
}

function shorten(name: string): string {
  if (name.length <= maxLength) return name;
  const extension = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0] ?? '';
  return name.slice(0, maxLength - extension.length) + extension;
}
