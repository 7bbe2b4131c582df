// A worker: what takes long with the finest of the worlds is done beside the page, which goes on being smooth.
import type { WorldQuestion, WorldAnswer } from './world-reader.ts';
import { readWorld, type World, worldPieces, type WorldTopology } from './world.ts';

const worlds = new Map<string, Promise<World>>();

self.addEventListener('message', ({ data }: MessageEvent<WorldQuestion>) => {
  void answer(data).then((pieces) =>
    self.postMessage({ question: data.question, pieces } satisfies WorldAnswer),
  );
});

async function answer({ url, part }: WorldQuestion): Promise<WorldAnswer['pieces']> {
  const known = worlds.get(url) ?? load(url);
  worlds.set(url, known);
  try {
    return worldPieces(await known, part);
  } catch {
    // Asked for again when the map is moved next.
    worlds.delete(url);
    return null;
  }
}

async function load(url: string): Promise<World> {
  return readWorld((await (await fetch(url)).json()) as WorldTopology);
}
