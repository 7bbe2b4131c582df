/** Computes a SHA-256 along the way. */
export interface Hasher {
  /** Takes the next bytes, in pieces, which must not change until it resolves. */
  update(chunks: readonly Uint8Array[]): Promise<void>;
  /** Hex. Called once, at the end. */
  digest(): Promise<string>;
}
