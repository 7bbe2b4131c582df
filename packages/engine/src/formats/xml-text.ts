/** What XML 1.0 (2.2) has no way to write: most control characters, halves of surrogate pairs, and two others. */
const controls = [
  [0x00, 0x08],
  [0x0b, 0x0c],
  [0x0e, 0x1f],
].map((range) =>
  String.fromCharCode(...range)
    .split('')
    .join('-'),
);
const unwritable = new RegExp(`[${controls.join('')}\uFFFE\uFFFF]|\\p{Surrogate}`, 'gu');
const special = /[&<>"\r]/g;
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // Readers make a line feed of a bare one.
  '\r': '&#13;',
};

/** Whether XML can hold every character of a text. */
export function isXmlText(text: string): boolean {
  return text.search(unwritable) < 0;
}

/** A text with U+FFFD for each character that XML cannot hold. */
export function replaceUnwritable(text: string): string {
  return text.replaceAll(unwritable, '\uFFFD');
}

/** A text as the content of an element or of an attribute in quotation marks. */
export function xmlText(text: string): string {
  return replaceUnwritable(text).replaceAll(special, (character) => entities[character] ?? character);
}
