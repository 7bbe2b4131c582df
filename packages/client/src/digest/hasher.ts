/** Computes a digest along the way. */
export interface Hasher {
  update(chunk: Uint8Array): void;
  /** Hex. Called once, at the end. */
  digest(): string;
}
