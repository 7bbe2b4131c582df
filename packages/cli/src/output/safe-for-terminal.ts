/**
 * What moves the cursor, changes colours or titles, answers the terminal's keyboard, or turns the order of letters round: all
 * control characters but tab and line feed (C1 too: 9B begins a sequence in some terminals), and the bidirectional ones.
 */
const active = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text for a terminal, whoever wrote it: a title, a file name or a site's answer may hold sequences that a terminal obeys.
 * They are written as `\u001b`, which in JSON means the same.
 */
export function safeForTerminal(text: string): string {
  return text.replaceAll(
    active,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
