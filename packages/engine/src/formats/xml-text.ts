/** What XML 1.0 (2.2) has no way to write: most control characters, halves of surrogate pairs, and two others. */
const unwritable = new RegExp('[\\0-\\x08\\x0B\\x0C\\x0E-\\x1F\\uFFFE\\uFFFF]|\\p{Surrogate}', 'gu');
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

/** A text as the content of an element or of an attribute in quotation marks; what XML cannot hold becomes U+FFFD. */
export function xmlText(text: string): string {
  return text
    .replaceAll(unwritable, '\uFFFD')
    .replaceAll(special, (character) => entities[character] ?? character);
}
