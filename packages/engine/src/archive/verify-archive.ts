import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';

import type { Manifest, ManifestMember } from '@outcrop/contract';
import yauzl from 'yauzl';

/** The verdict on one member. */
export interface MemberVerification {
  readonly path: string;
  readonly bytes: number;
  /** Hex, of what is in the archive now. */
  readonly sha256: string;
  readonly ok: boolean;
  readonly problem: string | null;
}

/** The verdict on an archive. */
export interface ArchiveVerification {
  readonly ok: boolean;
  readonly members: readonly MemberVerification[];
  /** What is wrong with the archive as a whole: missing members, a missing manifest, a damaged end. */
  readonly problems: readonly string[];
}

const manifestPath = 'manifest.json';
/** A manifest of a hundred thousand members has 20 MB. */
const maxManifestBytes = 64 * 1024 * 1024;

/**
 * Checks an archive against itself: each member's CRC and size (by a zip reader that shares nothing with our writer) and
 * its SHA-256 against `manifest.json`. A bad archive is a verdict, not an exception.
 */
export async function verifyArchive(
  path: string,
  options: { signal?: AbortSignal } = {},
): Promise<ArchiveVerification> {
  const members: MemberVerification[] = [];
  const problems: string[] = [];
  let manifestText: string | null = null;
  try {
    const zip = await yauzl.openPromise(path, { strictFileNames: true, validateEntrySizes: true });
    for await (const entry of zip.eachEntry()) {
      options.signal?.throwIfAborted();
      const { member, text } = await readMember(zip, entry);
      members.push(member);
      if (entry.fileName === manifestPath) manifestText = text;
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    problems.push(`The archive cannot be read: ${messageOf(error)}`);
  }
  const expected = manifestText === null ? null : parseManifest(manifestText);
  if (expected === null) {
    problems.push(
      manifestText === null ? `It has no ${manifestPath}.` : `Its ${manifestPath} is not a manifest.`,
    );
    return { ok: false, members, problems };
  }
  const compared = members.map((member) => compare(member, expected));
  // Which of them is unpacked depends on the program.
  for (const twice of repeated(members)) problems.push(`${twice} is in the archive more than once.`);
  for (const { path: missing } of expected.members) {
    if (!members.some((member) => member.path === missing))
      problems.push(`${missing} is in the manifest, but not in the archive.`);
  }
  return { ok: problems.length === 0 && compared.every(({ ok }) => ok), members: compared, problems };
}

function repeated(members: readonly MemberVerification[]): Set<string> {
  const seen = new Set<string>();
  return new Set(members.map(({ path }) => path).filter((path) => seen.size === seen.add(path).size));
}

async function readMember(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
): Promise<{ member: MemberVerification; text: string | null }> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let [crc, bytes, problem] = [0, 0, null as string | null];
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc);
      hash.update(chunk);
      bytes += chunk.length;
      if (entry.fileName === manifestPath && bytes <= maxManifestBytes) kept.push(chunk);
    }
    if (crc !== entry.crc32) problem = 'Its CRC-32 does not match: the archive is damaged.';
  } catch (error) {
    problem = `It cannot be read: ${messageOf(error)}`;
  }
  const member = { path: entry.fileName, bytes, sha256: hash.digest('hex'), ok: problem === null, problem };
  return { member, text: kept.length > 0 ? Buffer.concat(kept).toString('utf8') : null };
}

function compare(member: MemberVerification, manifest: Manifest): MemberVerification {
  if (!member.ok || member.path === manifestPath) return member;
  const expected = manifest.members.find(({ path }) => path === member.path);
  const problem =
    expected === undefined
      ? 'It is not in the manifest.'
      : expected.bytes !== member.bytes
        ? `It has ${member.bytes} bytes; the manifest says ${expected.bytes}.`
        : expected.sha256 !== member.sha256
          ? 'Its SHA-256 is not that of the manifest: it was altered.'
          : null;
  return { ...member, ok: problem === null, problem };
}

function parseManifest(text: string): Manifest | null {
  try {
    const manifest = JSON.parse(text) as Partial<Manifest> | null;
    const isManifest = Array.isArray(manifest?.members) && manifest.members.every(isMember);
    return isManifest ? (manifest as Manifest) : null;
  } catch {
    return null;
  }
}

function isMember(member: unknown): member is ManifestMember {
  if (typeof member !== 'object' || member === null) return false;
  const { path, bytes, sha256 } = member as Partial<ManifestMember>;
  return typeof path === 'string' && typeof bytes === 'number' && typeof sha256 === 'string';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
