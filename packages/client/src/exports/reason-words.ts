/** What to do about reasons, for sites that give only their codes. */
const words: Readonly<Record<string, string>> = {
  'outside-extent': 'it has nothing in the region; move or enlarge the extent',
  'invalid-format': 'it cannot be had in this format; its data.exportFormats lists those it can',
  'missing-format': 'no format is named for its kind; name one with setFormats()',
  'no-permission': 'the owner of the key may not download it',
  'too-large': 'it is more than the site exports at once; choose a smaller region or fewer items',
  'too-large-for-format': 'it is more than the format can hold; choose a smaller region or another format',
};

/** A reason in words: the site's own, else ours, else its code. */
export function reasonWords(code: string | null, detail: string | null): string {
  return detail ?? (code === null ? 'the site gives no reason' : (words[code] ?? code));
}
