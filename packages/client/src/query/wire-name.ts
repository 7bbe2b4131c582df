/** The name that the SDK has for a name of the wire: `created_at.gte` is `createdAtGte`. */
export type CamelName<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : Name extends `${infer Head}.${infer Tail}`
    ? `${Head}${Capitalize<CamelName<Tail>>}`
    : Name;

/** The name on the wire of what a caller wrote in either spelling; undefined where none of them is meant. */
export function wireName<Name extends string>(written: string, names: readonly Name[]): Name | undefined {
  return names.find((name) => name === written || camelName(name) === written);
}

function camelName(name: string): string {
  return name.replaceAll(/[_.]([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
