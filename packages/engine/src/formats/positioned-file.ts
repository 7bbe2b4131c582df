import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';

import { withDiskErrors } from './block-file.ts';

/**
 * A new file that is written and read at any position.
 *
 * @throws EngineError `disk-full` from its methods where there is no more space
 */
export class PositionedFile {
  readonly path: string;
  readonly #descriptor: number;
  #isOpen = true;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = withDiskErrors(path, () => openSync(path, 'wx+'));
  }

  write(bytes: Uint8Array, position: number): void {
    withDiskErrors(this.path, () => {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done);
      }
    });
  }

  /** Fills `target` with what was written at a position. */
  read(target: Uint8Array, position: number): void {
    for (let done = 0; done < target.length;) {
      const count = readSync(this.#descriptor, target, done, target.length - done, position + done);
      if (count === 0) throw new Error(`${this.path} ends before byte ${position + target.length}.`);
      done += count;
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#descriptor);
  }

  /** Closes and deletes it. */
  remove(): void {
    this.close();
    rmSync(this.path, { force: true });
  }
}
