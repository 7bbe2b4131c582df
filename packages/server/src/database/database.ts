/** Something that runs SQL: a database, or a transaction in it. Placeholders are `$1`, `$2`, ... */
export interface Queryable {
  /** Runs one statement and gives its rows. Values never go into the text. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs several statements without values: migrations. Gives the rows of the last one that has any. */
  runScript(sql: string): Promise<object[]>;
}

/** Connections to a database server. */
export interface Connections {
  readonly open: number;
  readonly idle: number;
  /** Calls that wait for one. */
  readonly waiting: number;
}

/** PostgreSQL, wherever it runs. */
export interface Database extends Queryable {
  /** Commits when `work` resolves, rolls back when it rejects. Inside `work`, only its argument may be used. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /** Null where the database runs in this process. */
  connections(): Connections | null;
  close(): Promise<void>;
}
