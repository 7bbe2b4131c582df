const prefix = 'outcrop.kept.';

/** Keeps a text that is too long for an address in this tab, and gives the name to find it by. */
export function keepText(text: string): string {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  const name = `${(hash >>> 0).toString(36)}${text.length.toString(36)}`;
  try {
    sessionStorage.setItem(prefix + name, text);
  } catch {
    // A full store costs the text after a reload, and nothing before.
  }
  return name;
}

/** The text of a name; null where this tab has none. */
export function recallText(name: string): string | null {
  return /^[0-9a-z]{1,20}$/.test(name) ? sessionStorage.getItem(prefix + name) : null;
}
