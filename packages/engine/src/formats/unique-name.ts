/** A name that none of the others has, whatever its case: the name itself, or with the first free number behind. */
export function uniqueName(name: string, others: readonly string[]): string {
  const taken = new Set(others.map((other) => other.toLowerCase()));
  if (!taken.has(name.toLowerCase())) return name;
  let number = 1;
  while (taken.has(`${name}_${number}`.toLowerCase())) number += 1;
  return `${name}_${number}`;
}
