/** A text of a body; null where it is something else, or empty. */
export function readString(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A number of a body; null where it is something else. */
export function readNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** The texts of a list of a body; empty where it is something else. */
export function readStrings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((element) => typeof element === 'string') : [];
}

/** A yes or no of a body; null where it is something else. */
export function readBoolean(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}
