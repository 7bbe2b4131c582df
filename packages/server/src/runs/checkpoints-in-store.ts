import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { inParallel } from '@outcrop/engine';
import { z } from 'zod';

import type { Engine } from '../engine.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Checkpoints, RunPlace } from './checkpoints.ts';

/** What was kept of an item: names of its files, in the order of their objects. */
const contentsSchema = z
  .array(z.string().min(1).refine(isInside, 'contents.json names a file outside of the item'))
  .min(1);

/** Files of items go to and from the store so many at a time. */
const transfersAtATime = 4;

type ItemFolders = Pick<Engine, 'finishedItemFiles' | 'adoptFinishedItem'>;

/**
 * Checkpoints in the object store, for workers that share no folder: `runs/12/3/contents.json` names the files of item 3 of run 12,
 * which are `runs/12/3/0`, `runs/12/3/1` and so on. It is put last, so that what it names is there.
 */
export class CheckpointsInStore implements Checkpoints {
  readonly #store: ObjectStore;
  readonly #items: ItemFolders;

  constructor(store: ObjectStore, items: ItemFolders) {
    this.#store = store;
    this.#items = items;
  }

  async save({ runId, folder }: RunPlace, index: number): Promise<void> {
    const item = this.#items.finishedItemFiles(folder, index);
    if (item === null) {
      return;
    }
    await inParallel(item.names, {
      most: transfersAtATime,
      work: (name, place) =>
        this.#store.putFile(`${prefix(runId, index)}${place}`, pathToFileURL(join(item.folder, name))),
    });
    const contents = join(folder, `contents-${randomUUID()}.json`);
    await writeFile(contents, JSON.stringify(item.names));
    await this.#store.put(`${prefix(runId, index)}contents.json`, pathToFileURL(contents));
  }

  async fetch({ runId, folder }: RunPlace, indexes: readonly number[]): Promise<void> {
    for (const index of indexes) {
      if (this.#items.finishedItemFiles(folder, index) === null) {
        await this.#fetchItem({ runId, folder }, index);
      }
    }
  }

  async remove(runId: number): Promise<void> {
    await this.#store.deletePrefix(`runs/${runId}/`);
  }

  async #fetchItem({ runId, folder }: RunPlace, index: number): Promise<void> {
    const draft = join(folder, `fetched-${index}-${randomUUID()}`);
    await mkdir(draft, { recursive: true });
    try {
      const contents = join(draft, 'contents.json');
      const isKept = await this.#store.fetchTo(
        `${prefix(runId, index)}contents.json`,
        pathToFileURL(contents),
      );
      if (!isKept) {
        return;
      }
      const names = contentsSchema.parse(JSON.parse(await readFile(contents, 'utf8')));
      await rm(contents);
      await inParallel(names, {
        most: transfersAtATime,
        work: async (name, place) => {
          const path = join(draft, name);
          await mkdir(dirname(path), { recursive: true });
          await this.#store.fetchTo(`${prefix(runId, index)}${place}`, pathToFileURL(path));
        },
      });
      this.#items.adoptFinishedItem(folder, index, draft);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
}

function prefix(runId: number, index: number): string {
  return `runs/${runId}/${index}/`;
}

/** Whether a path leads nowhere but below the folder that it is joined to. */
function isInside(name: string): boolean {
  return !isAbsolute(name) && !name.split(/[/\\]/).includes('..') && !name.includes('\0');
}
