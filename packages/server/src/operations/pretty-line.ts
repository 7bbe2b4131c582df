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
    .map(([key, value]) => ` ${key}=${visible(typeof value === 'string' ? value : JSON.stringify(value))}`);
  const trouble =
    entry.err === undefined ? '' : `\n  ${visibleLines(entry.err.stack ?? entry.err.message ?? '')}`;
  return `${time} ${level} ${visible(entry.msg ?? '')}${fields.join('')}${trouble}\n`;
}

/** What a terminal would obey: control characters, and those that turn the direction of what is written. */
const obeyed = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Names in data and words of strangers get into the log: they must neither begin a line of their own nor steer a terminal. */
function visible(text: string): string {
  return text.replaceAll(obeyed, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Indented, as those of a stack are already, so that none of them looks like a line of the log. */
function visibleLines(text: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 || line.startsWith('    ') ? '' : '  ') + visible(line))
    .join('\n');
}
