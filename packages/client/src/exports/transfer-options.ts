/** How an archive is transferred. */
export interface TransferOptions {
  /** Called first with (0, total), then after each chunk; the total is null where the site does not say. */
  readonly onProgress?: ((bytes: number, totalBytes: number | null) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Bytes that are written at once, at least.
   *
   * @defaultValue 1 MiB
   */
  readonly chunkSize?: number | undefined;
  /** Milliseconds for the head of each answer, and without any data. Default: the client's. */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether a broken connection is taken up where it broke.
   *
   * @defaultValue true
   */
  readonly resume?: boolean | undefined;
  /**
   * Whether the SHA-256 is computed, and compared with the one that the site gives, where it gives one.
   *
   * @defaultValue true
   */
  readonly verify?: boolean | undefined;
}
