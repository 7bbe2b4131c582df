/** The bytes of an object, or of a part of it. Both ends count. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** An object, without its bytes. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** What a signed address is to give. */
export interface SignedUrlOrder {
  readonly method: 'GET' | 'HEAD';
  readonly contentType: string;
  readonly contentDisposition: string;
  /** How long it may be opened; what was opened in time may take as long as it likes. */
  readonly validSeconds: number;
}

/** How a transfer is ended early: it fails with the signal's reason, and leaves nothing behind. */
export interface TransferOptions {
  readonly signal?: AbortSignal;
}

/**
 * Where archives and checkpoints are kept. A key is `12/archive.zip`: lower-case letters, digits, `_`, `-`, `.` and at
 * least one `/`. A prefix ends in `/`, or is empty for everything. What an object is changes at once or not at all: nobody
 * sees half of one, and a put that has resolved outlives a crash of the machine.
 *
 * Failures of the store itself are `StorageError`s, which say whether to try again; failures of local files are those of Node.
 */
export interface ObjectStore {
  /** Takes a finished file over: afterwards it is in the store and no longer where it was. Replaces what the key had. */
  put(key: string, file: URL, options?: TransferOptions): Promise<void>;
  /** The same, but the file stays where it is. */
  putFile(key: string, file: URL, options?: TransferOptions): Promise<void>;
  /** Makes a file of an object, whole or not at all. False where there is no such object. */
  fetchTo(key: string, file: URL, options?: TransferOptions): Promise<boolean>;
  /** Null where there is no such object. */
  stat(key: string): Promise<StoredObject | null>;
  /** Null where there is no such object. A stream that is cancelled lets go of what it holds. */
  read(key: string, range?: ByteRange): Promise<ReadableStream<Uint8Array> | null>;
  /** Every object below a prefix, in no order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Deleting what is not there is no failure. */
  delete(key: string): Promise<void>;
  deletePrefix(prefix: string): Promise<void>;
  /** Removes what puts that were killed before that time have left: parts and drafts that nobody can see. Gives their number. */
  deleteUnfinished(before: Date): Promise<number>;
  /** Signs an address of an object that anyone can open for a while. Null where the store has no addresses. */
  readonly sign: ((key: string, order: SignedUrlOrder) => Promise<URL>) | null;
}
