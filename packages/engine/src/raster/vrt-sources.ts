import { closeSync, openSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

import { EngineError } from '../engine-error.ts';

/** A VRT is text; those of a hundred thousand tiles have so many bytes. */
const maxVrtBytes = 200_000_000;
/** Files of one VRT, those of VRTs in it among them. */
const maxSources = 200_000;
/** VRTs in VRTs. GDAL follows a few dozen. */
const maxDepth = 8;
/** Where GDAL looks for the beginning of a VRT. */
const headBytes = 4096;

/** A VRT, or one that is a source of it. */
export interface VrtNode {
  readonly path: string;
  /** Files that it takes its pixels from, each once. */
  readonly sources: readonly string[];
  /** Whether it warps its sources, rather than laying them side by side as they are. */
  readonly isWarped: boolean;
}

/** Whether GDAL would read a file as a VRT, which it tells by how the file begins and not by its name. */
function isVrt(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(headBytes);
    const bytes = readSync(file, head, 0, headBytes, 0);
    return head.subarray(0, bytes).includes('<VRTDataset');
  } finally {
    closeSync(file);
  }
}

/** Trees of VRTs, each read once: those of a hundred thousand tiles take a second. */
export class VrtTrees {
  readonly #known = new Map<string, readonly VrtNode[] | null>();

  /**
   * The tree of a VRT; null for another file.
   *
   * @throws EngineError as {@link vrtSources}
   */
  of(path: string): readonly VrtNode[] | null {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const tree = isVrt(path) ? readVrtTree(path) : null;
    this.#known.set(path, tree);
    return tree;
  }
}

/** All files that a tree takes its pixels from, VRTs in it and theirs among them. */
export function sourcesOf(tree: readonly VrtNode[]): string[] {
  return [...new Set(tree.flatMap(({ sources }) => sources))];
}

/**
 * All files that a VRT takes its pixels from, VRTs in it and theirs among them.
 *
 * @throws EngineError `source-corrupt` where one is not a file in the folder of its VRT or below: a VRT may name any file
 *   of the machine, and addresses of the network. Also where they are too many, or nested too deep.
 */
export function vrtSources(path: string): string[] {
  return sourcesOf(readVrtTree(path));
}

/**
 * A VRT and the VRTs in it, each once.
 *
 * @throws EngineError as {@link vrtSources}
 */
function readVrtTree(path: string): VrtNode[] {
  const nodes = new Map<string, VrtNode>();
  let [level, count] = [[path], 0];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw corrupt(path, `has VRTs in VRTs more than ${maxDepth} levels deep`);
    for (const file of level) {
      const node = readNode(file);
      nodes.set(file, node);
      count += node.sources.length;
      if (count > maxSources) throw corrupt(path, `is made of more than ${maxSources} files`);
    }
    const below = level.flatMap((file) => nodes.get(file)!.sources);
    level = [...new Set(below)].filter((file) => !nodes.has(file) && isVrt(file));
  }
  return [...nodes.values()];
}

function readNode(path: string): VrtNode {
  const text = readText(path);
  const folder = dirname(realpathSync(path));
  const sources = new Set<string>();
  // GDAL does not mind the case of names.
  const pattern = /<(?:SourceFilename|SourceDataset)\b([^>]*)>([^<]*)</gi;
  for (const [, attributes = '', name = ''] of text.matchAll(pattern)) {
    const isRelative = /relativeToVRT\s*=\s*["']1["']/i.test(attributes);
    const named = unescapeXml(name).trim();
    const file = isRelative ? join(folder, named) : resolve(named);
    if (!isFileBelow(folder, file)) {
      const what = `refers to ${JSON.stringify(named.slice(0, 200))}, which is not a file beside or below it. Put the VRT in the folder of its tiles, or above it`;
      throw corrupt(path, what);
    }
    sources.add(file);
  }
  if (/<SrcSQL|<SrcDataSource|<PixelFunctionCode|VRTRawRasterBand|<OGRVRT/i.test(text)) {
    throw corrupt(path, 'holds SQL, code or raw bytes, which a raster source may not');
  }
  return { path, sources: [...sources], isWarped: /subClass\s*=\s*["']VRTWarped/i.test(text) };
}

function corrupt(path: string, what: string): EngineError {
  return new EngineError('source-corrupt', `${path} ${what}.`);
}

function readText(path: string): string {
  if (statSync(path).size > maxVrtBytes) throw corrupt(path, 'is too large for a VRT');
  return readFileSync(path, 'utf8');
}

function isFileBelow(folder: string, file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return false;
  const real = realpathSync(file);
  return real.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function unescapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? '');
}
