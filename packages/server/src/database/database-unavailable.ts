/** The database cannot be reached, or is starting or stopping: the same may be asked again in a moment. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** SQLSTATE classes and codes that pass by themselves: connection exceptions, and a server that starts, stops or is full. */
const passing = /^(?:08...|57P0[123]|53300)$/;
/** Of the system, where there is no connection. */
const unconnected = /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)$/;

/** An error of the driver, as `DatabaseUnavailable` where it is one. */
export function databaseError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isLost =
    passing.test(code) ||
    unconnected.test(code) ||
    // The driver has no code for a connection that ends under a query, or cannot be had in time.
    (error instanceof Error &&
      /^Connection terminated|timeout exceeded when trying to connect/.test(error.message));
  return isLost ? new DatabaseUnavailable('The database does not answer', { cause: error }) : error;
}
