/** Whether this is Node, or a runtime that acts like it. */
export function isNode(): boolean {
  return typeof process !== 'undefined' && typeof process.versions?.node === 'string';
}

/** The key that the environment gives, by the name that the official Python library uses too; null in browsers. */
export function environmentKey(): string | null {
  if (!isNode()) return null;
  const key = process.env['KOORDINATES_TOKEN'];
  return key === undefined || key === '' ? null : key;
}
