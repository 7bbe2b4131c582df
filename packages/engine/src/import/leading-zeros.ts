import { createReadStream } from 'node:fs';

const quote = '"';

/**
 * The columns of a CSV in which some value is a number with a zero in front, such as a postcode: a number would lose
 * it, so they must be read as text. Reads the whole file once.
 */
export async function columnsWithLeadingZeros(path: string, signal?: AbortSignal): Promise<Set<number>> {
  const found = new Set<number>();
  const scan = new ValueScan((column, value) => {
    if (/^-?0\d+$/.test(value)) found.add(column);
  });
  const text = createReadStream(path, {
    encoding: 'utf8',
    highWaterMark: 1 << 20,
    ...(signal && { signal }),
  });
  for await (const piece of text) scan.read(piece as string);
  scan.finish();
  return found;
}

/** Takes a CSV apart (RFC 4180). The separator is the one of its first line that is there most often. */
class ValueScan {
  readonly #onValue: (column: number, value: string) => void;
  #separator: string | null = null;
  #value = '';
  #column = 0;
  #isQuoted = false;

  constructor(onValue: (column: number, value: string) => void) {
    this.#onValue = onValue;
  }

  read(text: string): void {
    this.#separator ??= separatorOf(text);
    for (const character of text) {
      if (character === quote) this.#isQuoted = !this.#isQuoted;
      else if (this.#isQuoted) this.#value += character;
      else if (character === this.#separator) this.#end(this.#column + 1);
      else if (character === '\n') this.#end(0);
      else if (character !== '\r') this.#value += character;
    }
  }

  finish(): void {
    this.#end(0);
  }

  #end(nextColumn: number): void {
    this.#onValue(this.#column, this.#value);
    this.#value = '';
    this.#column = nextColumn;
  }
}

/** Those that GDAL tries. */
function separatorOf(text: string): string {
  const head = text.slice(0, text.search(/[\r\n]|$/));
  const counts = [',', ';', '\t', '|'].map((separator) => ({
    separator,
    count: head.split(separator).length,
  }));
  return counts.reduce((most, next) => (next.count > most.count ? next : most)).separator;
}
