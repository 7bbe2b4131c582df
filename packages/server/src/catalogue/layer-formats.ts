import { type Format, formats, type Kind } from '@outcrop/contract';

/** The formats a kind of data can be exported in, given what the engine can write on this machine. */
export function formatsOfKind(kind: Kind, producible: readonly string[]): Format[] {
  return formats.filter(
    (format: Format) => format.kinds.includes(kind) && producible.includes(format.mimetype),
  );
}
