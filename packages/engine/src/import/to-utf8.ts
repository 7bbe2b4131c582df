import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TextDecoder } from 'node:util';

import { EngineError } from '../engine-error.ts';

/** The names of text encodings that can be read, such as `windows-1252`, by what people call them. */
export function decoderFor(encoding: string): TextDecoder {
  const label = /^cp(\d+)$/i.exec(encoding)?.[1];
  try {
    return new TextDecoder(label === undefined ? encoding : `windows-${label}`);
  } catch {
    throw new EngineError(
      'invalid-request',
      `${JSON.stringify(encoding)} is not an encoding that is known; use a name such as UTF-8, windows-1252 or shift_jis.`,
    );
  }
}

/** Writes a text file again in UTF-8. */
export async function convertToUtf8(
  source: string,
  target: string,
  { encoding, signal }: { encoding: string; signal: AbortSignal | undefined },
): Promise<void> {
  const decoder = decoderFor(encoding);
  const decode = new Transform({
    transform: (bytes: Buffer, _, done) => done(null, Buffer.from(decoder.decode(bytes, { stream: true }))),
    flush: (done) => done(null, Buffer.from(decoder.decode())),
  });
  await pipeline(
    createReadStream(source),
    decode,
    createWriteStream(target),
    ...(signal ? [{ signal }] : []),
  );
}
