import { AsyncLocalStorage } from 'node:async_hooks';

/** What every line says that is written on behalf of a request or of an export. */
export interface LogFields {
  readonly requestId?: string;
  readonly traceId?: string;
  /** The exports that wait for the run. */
  readonly exportIds?: readonly number[];
  readonly runId?: number;
}

const storage = new AsyncLocalStorage<LogFields>();

/** Does work, every log line of which says what it belongs to, whoever writes it. Fields of an outer call are kept. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...fields }, work);
}

/** What lines that are written now belong to. */
export function logFields(): LogFields {
  return { ...storage.getStore() };
}
