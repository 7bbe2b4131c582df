import { EngineError } from '../engine-error.ts';

/** What to say of a product that has grown beyond what its format, or its readers, can take. */
export function formatLimitError(label: string, bytes: number, maxBytes: number): EngineError {
  return new EngineError(
    'format-limit',
    `${label} holds at most ${inMegabytes(maxBytes)}; this has come to ${inMegabytes(bytes)} and would go on. Choose a smaller area, fewer fields or another format.`,
  );
}

/** Bytes as people read them: `40 MB`. */
export function inMegabytes(bytes: number): string {
  const megabytes = bytes / 1024 ** 2;
  return `${megabytes >= 10 ? Math.round(megabytes) : megabytes.toPrecision(2)} MB`;
}
