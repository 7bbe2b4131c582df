import { pino } from 'pino';

const skipped = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err']);

interface LogLine {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly err?: { readonly stack?: string; readonly message?: string };
}

/** A line of the log for people: `12:00:00.123 INFO  Request:Serve:Done method=GET status=200`. What is no JSON stays. */
export function prettyLine(line: string): string {
  let entry: LogLine;
  try {
    entry = JSON.parse(line) as LogLine;
  } catch {
    return line;
  }
  const time = new Date(entry.time).toISOString().slice(11, 23);
  const level = (pino.levels.labels[entry.level] ?? String(entry.level)).toUpperCase().padEnd(5);
  const fields = Object.entries(entry)
    .filter(([key]) => !skipped.has(key))
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const trouble = entry.err === undefined ? '' : `\n  ${entry.err.stack ?? entry.err.message ?? ''}`;
  return `${time} ${level} ${entry.msg ?? ''}${fields.join('')}${trouble}\n`;
}
