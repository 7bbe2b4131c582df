/** `PGCOPY`, and what tells whether a file was mangled on the way (PostgreSQL, `COPY`, "Binary Format"). */
const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const headerBytes = signature.length + 8;

/** Takes a binary COPY stream apart, whose pieces may end anywhere. A value's bytes hold until the next row. */
export class CopyRows {
  #rest: Buffer = Buffer.alloc(0);
  #isBegun = false;
  #isEnded = false;

  /** The rows that a piece completes: for each column its bytes, or null. */
  *read(piece: Buffer): Generator<readonly (Buffer | null)[]> {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let at = 0;
    if (!this.#isBegun) {
      at = bytes.length < headerBytes ? Infinity : headerEnd(bytes);
      if (at > bytes.length) {
        this.#rest = bytes;
        return;
      }
      this.#isBegun = true;
    }
    for (;;) {
      const row = this.#isEnded ? null : this.#row(bytes, at);
      if (row === null) break;
      at = row.end;
      yield row.values;
    }
    this.#rest = bytes.subarray(at);
  }

  /** @throws Error where the stream has ended in the middle */
  finish(): void {
    if (!this.#isEnded) throw new Error('the stream of rows ended early');
  }

  /** The row at a place; null where it is not whole yet, or where there are no more. */
  #row(bytes: Buffer, start: number): { values: (Buffer | null)[]; end: number } | null {
    if (start + 2 > bytes.length) return null;
    const columns = bytes.readInt16BE(start);
    if (columns === -1) {
      this.#isEnded = true;
      return null;
    }
    const values: (Buffer | null)[] = [];
    let at = start + 2;
    for (let column = 0; column < columns; column++) {
      if (at + 4 > bytes.length) return null;
      const length = bytes.readInt32BE(at);
      at += 4;
      if (length < 0) {
        values.push(null);
        continue;
      }
      if (at + length > bytes.length) return null;
      values.push(bytes.subarray(at, at + length));
      at += length;
    }
    return { values, end: at };
  }
}

/** Where the header ends, with the extension that it may have. */
function headerEnd(bytes: Buffer): number {
  if (!bytes.subarray(0, signature.length).equals(signature)) throw new Error('it is no binary COPY stream');
  return headerBytes + bytes.readInt32BE(signature.length + 4);
}
