import type { WorldPart, WorldPieces } from './world.ts';

/** What the worker is asked. */
export interface WorldQuestion {
  readonly question: number;
  /** Of the topology to read. */
  readonly url: string;
  readonly part: WorldPart;
}

/** What it answers; null where the topology could not be had. */
export interface WorldAnswer {
  readonly question: number;
  readonly pieces: WorldPieces | null;
}

/** Has a worker read the world, and cut from it what is to be drawn. */
export class WorldReader {
  readonly #worker = new Worker(new URL('./world-worker.ts', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, (pieces: WorldPieces | null) => void>();
  #questions = 0;

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<WorldAnswer>) => {
      this.#waiting.get(data.question)?.(data.pieces);
      this.#waiting.delete(data.question);
    });
  }

  /** A part of the world of a topology; null where it could not be had. */
  read(url: string, part: WorldPart): Promise<WorldPieces | null> {
    this.#questions += 1;
    const question = this.#questions;
    this.#worker.postMessage({ question, url, part } satisfies WorldQuestion);
    return new Promise((resolve) => this.#waiting.set(question, resolve));
  }

  dispose(): void {
    this.#worker.terminate();
  }
}
