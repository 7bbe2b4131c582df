/**
 * The one place where the wire's snake_case becomes the SDK's camelCase: every key of a body, at any depth.
 * Values, and keys without an underscore, stay as they are.
 */
export function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [camelKey(key), camelCase(inner)]));
}

/** The other direction, for what is sent. Undefined values are left out. */
export function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [snakeKey(key), snakeCase(inner)]));
}

function camelKey(key: string): string {
  // Most keys have none, and a list of layers has tens of thousands of them.
  if (!key.includes('_')) return key;
  return key.replaceAll(/(?<=[^_])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function snakeKey(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
