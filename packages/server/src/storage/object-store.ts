/** The bytes of an object, or of a part of it. Both ends count. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Where archives are kept. Keys are `12/archive.zip`: lower-case letters, digits, `-`, `.` and `/`. */
export interface ObjectStore {
  /** Takes a finished file over: afterwards it is in the store and no longer where it was. */
  put(key: string, file: URL): Promise<void>;
  /** Null where there is no such object. */
  stat(key: string): Promise<{ readonly bytes: number } | null>;
  /** Null where there is no such object. A stream that is cancelled lets go of what it holds. */
  read(key: string, range?: ByteRange): Promise<ReadableStream<Uint8Array> | null>;
  /** Deleting what is not there is no failure. */
  delete(key: string): Promise<void>;
}
