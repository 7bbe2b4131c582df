/** The key that the environment gives, by the name that the official Python library uses too; null for none. */
export function environmentKey(): string | null {
  const key = process.env['KOORDINATES_TOKEN'];
  return key === undefined || key === '' ? null : key;
}
