import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';

import yauzl from 'yauzl';

import { EngineError } from '../engine-error.ts';
import { formatOfName, importableExtensions, type SourceFormat } from './source-formats.ts';
import type { ZipMember } from './zip-member.ts';

/** Something that GDAL is to open. */
export interface ImportSource {
  /** An absolute path of this machine, or one below `/vsizip/`: never the words that someone typed. */
  readonly path: string;
  /** As a person knows it: `roads.zip/roads.shp`. */
  readonly name: string;
  readonly format: SourceFormat;
  /** Endings of the files beside it that have its name, in lower case with their dot. */
  readonly partners: readonly string[];
  /** Where it is a member of a zip. */
  readonly member: ZipMember | null;
}

/** Members of a zip that are looked at. */
const mostMembers = 100_000;

/**
 * What there is to import in a file or folder that someone names.
 *
 * @throws EngineError `source-unavailable` where there is no such file, or nothing in it that can be imported
 */
export async function findSources(path: string): Promise<ImportSource[]> {
  const real = realPathOf(path);
  const name = basename(real);
  if (name.toLowerCase().endsWith('.zip')) return findInZip(real, name);
  const format = formatOfName(name);
  if (format === undefined) throw notImportable(name);
  const isFolder = statSync(real).isDirectory();
  if (isFolder !== format.extensions.includes('.gdb')) {
    const what = isFolder ? 'a folder' : 'a file';
    throw new EngineError('source-unavailable', `${name} is ${what}, which a ${format.label} is not.`);
  }
  const partners = endingsByStem(readdirSync(dirname(real))).get(splitPath(name).stem) ?? [];
  return [{ path: real, name, format, partners, member: null }];
}

/** The endings that each name has among files, all in lower case. */
function endingsByStem(paths: readonly string[]): Map<string, string[]> {
  const endings = new Map<string, string[]>();
  for (const path of paths) {
    const { stem, ending } = splitPath(path);
    const known = endings.get(stem);
    if (known === undefined) endings.set(stem, [ending]);
    else known.push(ending);
  }
  return endings;
}

function splitPath(path: string): { readonly stem: string; readonly ending: string } {
  const lower = path.toLowerCase();
  const ending = /\.[^./]+$/.exec(lower)?.[0] ?? '';
  return { stem: lower.slice(0, lower.length - ending.length), ending };
}

/** GDAL takes what begins with `/vsi` for something else than a file, such as an address in the internet. */
function realPathOf(path: string): string {
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    const detail = `${path} cannot be opened: is it there and readable? Import a file or a folder of this machine.`;
    throw new EngineError('source-unavailable', detail, { cause: error });
  }
  if (!/^\/vsi/i.test(real)) return real;
  throw new EngineError(
    'source-unavailable',
    `${real} cannot be imported from there: move it to another folder.`,
  );
}

async function findInZip(path: string, name: string): Promise<ImportSource[]> {
  if (/[{}]/.test(path)) {
    throw new EngineError('source-unavailable', `${path} has a brace in its path; rename it.`);
  }
  const members = await listMembers(path);
  const endings = endingsByStem(members);
  const sources = new Map<string, ImportSource>();
  for (const member of members) {
    const inside = mainFile(member, endings);
    const format = inside === null ? undefined : formatOfName(inside);
    if (inside === null || format === undefined) continue;
    const place = { path: `/vsizip/{${path}}/${inside}`, name: `${name}/${inside}` };
    const source = { ...place, format, partners: endings.get(splitPath(inside).stem) ?? [] };
    sources.set(inside, { ...source, member: { zip: path, member: inside } });
  }
  if (sources.size === 0) throw notImportable(name, 'nothing in it');
  return [...sources.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The file, or the folder of a File Geodatabase, that a member stands for; null for one that goes with another. */
function mainFile(member: string, endings: ReadonlyMap<string, readonly string[]>): string | null {
  const geodatabase = /^(.*?\.gdb)\//i.exec(member)?.[1];
  if (geodatabase !== undefined) return geodatabase;
  const hidden = member.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
  if (hidden || member.endsWith('/') || member.toLowerCase().endsWith('.zip')) return null;
  const partners: Readonly<Record<string, readonly string[]>> = {
    '.dbf': ['.shp', '.tab'],
    '.mid': ['.mif'],
  };
  const { stem, ending } = splitPath(member);
  return partners[ending]?.some((main) => endings.get(stem)?.includes(main)) === true ? null : member;
}

async function listMembers(path: string): Promise<string[]> {
  const members: string[] = [];
  try {
    const zip = await yauzl.openPromise(path, { strictFileNames: true });
    for await (const entry of zip.eachEntry()) {
      members.push(entry.fileName);
      if (members.length > mostMembers) throw new Error(`it has more than ${mostMembers} members`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError('source-corrupt', `${path} cannot be read as a zip: ${reason}.`, { cause: error });
  }
  return members;
}

function notImportable(name: string, what = 'it'): EngineError {
  const known = importableExtensions.join(', ');
  return new EngineError(
    'source-unavailable',
    `${name} cannot be imported: ${what} is not of a format that is known by its ending (${known}).`,
  );
}
