/** What the records of one member say of it. */
export interface ZipMember {
  readonly path: string;
  readonly method: ZipMethod;
  readonly crc: number;
  /** Bytes. */
  readonly size: number;
  readonly compressedSize: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** Compression methods (APPNOTE.TXT 6.3.10, 4.4.5). */
export const zipMethod = { stored: 0, deflated: 8 } as const;

/** A compression method. */
export type ZipMethod = (typeof zipMethod)[keyof typeof zipMethod];

const limit16 = 0xffff;
const limit32 = 0xffff_ffff;
/** 1 January 1980, midnight: every archive of the same data has the same bytes. */
const dosDate = 0x0021;
/** Names that are not ASCII are UTF-8 (4.4.4, bit 11). */
const utf8Flag = 0x0800;
/** Version needed: 2.0 for deflate, 4.5 for ZIP64; made by Unix. */
const version = { plain: 20, zip64: 45, unix: 3 << 8 } as const;
const fileMode = 0o100_644 * 0x1_0000;
const zip64Tag = 1;

/** The local header; `roomForZip64` must be the same before and after the sizes are known. */
export function localHeader(member: ZipMember, roomForZip64: boolean): Buffer {
  const name = Buffer.from(member.path);
  const header = Buffer.alloc(30 + name.length + (roomForZip64 ? 20 : 0));
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(roomForZip64 ? version.zip64 : version.plain, 4);
  header.writeUInt16LE(flagsOf(member.path), 6);
  header.writeUInt16LE(member.method, 8);
  header.writeUInt16LE(dosDate, 12);
  header.writeUInt32LE(member.crc, 14);
  header.writeUInt32LE(roomForZip64 ? limit32 : member.compressedSize, 18);
  header.writeUInt32LE(roomForZip64 ? limit32 : member.size, 22);
  header.writeUInt16LE(name.length, 26);
  name.copy(header, 30);
  if (!roomForZip64) return header;
  header.writeUInt16LE(20, 28);
  const extra = 30 + name.length;
  header.writeUInt16LE(zip64Tag, extra);
  header.writeUInt16LE(16, extra + 2);
  header.writeBigUInt64LE(BigInt(member.size), extra + 4);
  header.writeBigUInt64LE(BigInt(member.compressedSize), extra + 12);
  return header;
}

/** The member's entry in the central directory. */
export function centralHeader(member: ZipMember): Buffer {
  const name = Buffer.from(member.path);
  // Only what does not fit goes into the extra field, in this order (4.5.3).
  const large = [member.size, member.compressedSize, member.offset].filter((value) => value >= limit32);
  const extraBytes = large.length === 0 ? 0 : 4 + large.length * 8;
  const header = Buffer.alloc(46 + name.length + extraBytes);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(version.unix | version.zip64, 4);
  header.writeUInt16LE(large.length === 0 ? version.plain : version.zip64, 6);
  header.writeUInt16LE(flagsOf(member.path), 8);
  header.writeUInt16LE(member.method, 10);
  header.writeUInt16LE(dosDate, 14);
  header.writeUInt32LE(member.crc, 16);
  header.writeUInt32LE(Math.min(member.compressedSize, limit32), 20);
  header.writeUInt32LE(Math.min(member.size, limit32), 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extraBytes, 30);
  header.writeUInt32LE(fileMode, 38);
  header.writeUInt32LE(Math.min(member.offset, limit32), 42);
  name.copy(header, 46);
  if (extraBytes === 0) return header;
  const extra = 46 + name.length;
  header.writeUInt16LE(zip64Tag, extra);
  header.writeUInt16LE(large.length * 8, extra + 2);
  for (const [index, value] of large.entries()) header.writeBigUInt64LE(BigInt(value), extra + 4 + index * 8);
  return header;
}

/** The end of the archive, with the ZIP64 records only where something does not fit without them. */
export function endRecords(members: number, directory: { offset: number; size: number }): Buffer {
  const needsZip64 = members >= limit16 || directory.offset >= limit32 || directory.size >= limit32;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(members, limit16), 8);
  end.writeUInt16LE(Math.min(members, limit16), 10);
  end.writeUInt32LE(Math.min(directory.size, limit32), 12);
  end.writeUInt32LE(Math.min(directory.offset, limit32), 16);
  if (!needsZip64) return end;
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(version.unix | version.zip64, 12);
  record.writeUInt16LE(version.zip64, 14);
  record.writeBigUInt64LE(BigInt(members), 24);
  record.writeBigUInt64LE(BigInt(members), 32);
  record.writeBigUInt64LE(BigInt(directory.size), 40);
  record.writeBigUInt64LE(BigInt(directory.offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(directory.offset + directory.size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator, end]);
}

function flagsOf(path: string): number {
  return Buffer.byteLength(path) === path.length ? 0 : utf8Flag;
}
