import type { FeatureBatch } from '../features/feature-batch.ts';
import type { LossLog } from './loss-log.ts';
import type { OutputSchema } from './output-schema.ts';

/** What both halves of a format know. Plain data. */
export interface EncodeOptions {
  readonly schema: OutputSchema;
  /** Decimals of coordinates in text; null for the format's default. */
  readonly coordinatePrecision: number | null;
  readonly includeGeometryField: boolean;
  /** `#rrggbb`: the colour of features, in formats that have one; the format's default where absent. */
  readonly color?: string | undefined;
  /** Folder for pieces that are too large to be handed over in memory; exists. */
  readonly pieceFolder: string;
}

/** Where the files go. */
export interface AssembleOptions extends EncodeOptions {
  /** Folder of its own, which exists and is empty. */
  readonly folder: string;
  /** Stops what `append` and `finish` have under way. */
  readonly signal?: AbortSignal | undefined;
}

/** A block as one format encodes it, on its way from a worker to the assembler. */
export interface EncodedBlock<Piece> {
  readonly piece: Piece;
  /** The memory that goes over rather than being copied. */
  readonly transfer: readonly ArrayBuffer[];
}

/** The half of a format that runs in the workers: a block of features in, bytes out. Knows nothing of other blocks. */
export interface BlockEncoder<Piece> {
  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<Piece>;
}

/** The other half, which puts the blocks behind each other, in order, and completes the files. */
export interface BlockAssembler<Piece> {
  append(piece: Piece): void | Promise<void>;
  /** Completes the files; what is in the folder is then the product. */
  finish(): void | Promise<void>;
  /** Closes what is open; called in every case, after `finish` or instead of it. */
  [Symbol.dispose](): void;
}

/** A format that the engine writes itself. What it cannot hold as it is goes into the log. */
export interface BlockFormat<Piece> {
  createEncoder(options: EncodeOptions): BlockEncoder<Piece>;
  createAssembler(options: AssembleOptions, losses: LossLog): BlockAssembler<Piece>;
  /** Whether another program writes the files, in one thread: there is a core to compress them meanwhile. */
  isWrittenByAnother?(options: EncodeOptions): boolean;
}
