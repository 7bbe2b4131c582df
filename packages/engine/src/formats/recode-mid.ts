import { createReadStream } from 'node:fs';

import type { BlockFile } from './block-file.ts';
import type { LossLog } from './loss-log.ts';
import { midTextDetails } from './mid-column-texts.ts';
import { MidTextWriter } from './mid-text-writer.ts';
import { maxMifText } from './mif-schema.ts';
import { TextBuffer } from './text-buffer.ts';

const chunkBytes = 1 << 20;
/** A text, or what stands between two. */
const piece = /"((?:[^"]+|"")*)"|[^"]+/g;

/** How a `.mid` is recoded. */
export interface RecodeOptions {
  /** By GDAL's name. */
  readonly charset: string;
  /** The fields whose values are texts, in the order of the columns. */
  readonly fields: readonly string[];
  readonly losses: LossLog;
  readonly signal: AbortSignal | undefined;
}

/** Writes a `.mid` that is in UTF-8 in a charset of MapInfo's. Texts that are too long in it are cut. */
export async function recodeMid(path: string, product: BlockFile, options: RecodeOptions): Promise<void> {
  const { charset, signal } = options;
  const text = new TextBuffer();
  const writer = new MidTextWriter(text, { charset, maxBytes: maxMifText });
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: chunkBytes, signal })) {
    const lines = rest + (chunk as string);
    const end = lines.lastIndexOf('\n') + 1;
    rest = lines.slice(end);
    recodeLines(lines.slice(0, end), { ...options, text, writer });
    product.append(text.take());
  }
}

function recodeLines(
  lines: string,
  { fields, losses, text, writer }: RecodeOptions & { text: TextBuffer; writer: MidTextWriter },
): void {
  let column = 0;
  for (const [whole, value] of lines.matchAll(piece)) {
    if (value === undefined) {
      text.ascii(whole);
      continue;
    }
    const { isCut } = writer.write(value.replaceAll('""', '"'));
    if (isCut) losses.add('value-truncated', midTextDetails.cut, { field: fields[column % fields.length]! });
    column += 1;
  }
}
