import { realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';

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
  return [{ path: real, name, format, member: null }];
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
  const sources = new Map<string, ImportSource>();
  for (const member of members) {
    const inside = mainFile(member, members);
    const format = inside === null ? undefined : formatOfName(inside);
    if (inside === null || format === undefined) continue;
    const source = { path: `/vsizip/{${path}}/${inside}`, name: `${name}/${inside}`, format };
    sources.set(inside, { ...source, member: { zip: path, member: inside } });
  }
  if (sources.size === 0) throw notImportable(name, 'nothing in it');
  return [...sources.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The file, or the folder of a File Geodatabase, that a member stands for; null for one that goes with another. */
function mainFile(member: string, members: readonly string[]): string | null {
  const geodatabase = /^(.*?\.gdb)\//i.exec(member)?.[1];
  if (geodatabase !== undefined) return geodatabase;
  const hidden = member.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');
  if (hidden || member.endsWith('/') || member.toLowerCase().endsWith('.zip')) return null;
  const partners: Readonly<Record<string, readonly string[]>> = {
    '.dbf': ['.shp', '.tab'],
    '.mid': ['.mif'],
  };
  const ending = /\.[^./]+$/.exec(member)?.[0] ?? '';
  const stem = member.slice(0, member.length - ending.length).toLowerCase();
  const mains = partners[ending.toLowerCase()] ?? [];
  const others = members.map((other) => other.toLowerCase());
  return mains.some((main) => others.includes(stem + main)) ? null : member;
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
