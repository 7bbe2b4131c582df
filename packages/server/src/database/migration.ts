/** One step of the schema. Steps are only ever added; a released step never changes. */
export interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}
