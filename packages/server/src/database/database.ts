/** Something that runs SQL: a database, or a transaction in it. Placeholders are `$1`, `$2`, ... */
export interface Queryable {
  /** Runs one statement and gives its rows. Values never go into the text. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs several statements without values: migrations. Gives the rows of the last one that has any. */
  runScript(sql: string): Promise<object[]>;
}

/** PostgreSQL, wherever it runs. */
export interface Database extends Queryable {
  /** Commits when `work` resolves, rolls back when it rejects. Inside `work`, only its argument may be used. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
