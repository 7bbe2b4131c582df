import type { Readable } from 'node:stream';

/** Of a line, so much is told. */
const maxLineLength = 1000;
/** Of a process, so many lines are told: one that says the same for ever must not fill the disk with it. */
const maxLines = 200;

/** Tells what comes from a stream, line by line, within bounds; the rest is read and forgotten, so that nobody waits. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  let told = 0;
  const tell = (line: string): void => {
    if (line.trim() === '' || told >= maxLines) return;
    told += 1;
    onLine(line.slice(0, maxLineLength));
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, maxLineLength);
    lines.forEach(tell);
  });
  stream.once('end', () => tell(rest));
}
