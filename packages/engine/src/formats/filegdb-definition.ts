import { fileGdbTypes } from './filegdb-column.ts';

/** Where a table's head has the place of its fields' definitions. */
const fieldsAt = 32;
const nullableFlag = 1;

/** A field as a table defines it. */
export interface DefinedField {
  readonly name: string;
  /** A code of `fileGdbTypes`, or another. */
  readonly type: number;
  readonly isNullable: boolean;
}

/** The geometry of a table as it defines it, and where in the file that is, for what is known in the end. */
export interface DefinedGeometry {
  /** x and y of the origin, and the steps of a unit. */
  readonly plane: readonly [number, number, number];
  /** Origin and steps; null where the table has none. */
  readonly m: readonly [number, number] | null;
  readonly z: readonly [number, number] | null;
  /** Of minX minY maxX maxY, and least and greatest Z behind them where the layer has Z. */
  readonly boundsAt: number;
  readonly hasZ: boolean;
  /** Of the cells of the spatial index. */
  readonly cellAt: number;
}

/** What the head of a `.gdbtable` says. */
export interface TableDefinition {
  readonly fields: readonly DefinedField[];
  readonly geometry: DefinedGeometry | null;
  /** Bytes of the fields' definitions. */
  readonly definitionBytes: number;
}

/**
 * Reads the head of a `.gdbtable` (as Even Rouault has described it, FGDB-Spec).
 *
 * @throws RangeError where it ends too early, or has a field of a type that is none of ours
 */
export function readDefinition(table: Buffer): TableDefinition {
  const at = Number(table.readBigUInt64LE(fieldsAt));
  const reader = new DefinitionReader(table, at);
  const definitionBytes = reader.int();
  // The version of the definitions.
  reader.skip(4);
  const layerFlags = reader.int();
  const [hasZ, hasM] = [(layerFlags & (1 << 31)) !== 0, (layerFlags & (1 << 30)) !== 0];
  const fields: DefinedField[] = [];
  let geometry: DefinedGeometry | null = null;
  for (let count = reader.short(); count > 0; count--) {
    const name = reader.text();
    // Its alias.
    reader.text();
    const type = reader.byte();
    if (type === fileGdbTypes.geometry) {
      reader.skip(1);
      fields.push({ name, type, isNullable: (reader.byte() & nullableFlag) !== 0 });
      geometry = readGeometry(reader, { hasZ, hasM });
    } else fields.push({ name, type, isNullable: readFlag(reader, type) });
  }
  return { fields, geometry, definitionBytes };
}

function readFlag(reader: DefinitionReader, type: number): boolean {
  switch (type) {
    case fileGdbTypes.objectId:
      reader.skip(2);
      return false;
    case fileGdbTypes.text: {
      // The most characters; then, behind the flag, a default.
      reader.skip(4);
      const flag = reader.byte();
      reader.skip(reader.unsigned());
      return (flag & nullableFlag) !== 0;
    }
    case fileGdbTypes.binary:
      reader.skip(1);
      return (reader.byte() & nullableFlag) !== 0;
    case fileGdbTypes.int:
    case fileGdbTypes.double:
    case fileGdbTypes.date: {
      // Its size; then, behind the flag, a default.
      reader.skip(1);
      const flag = reader.byte();
      reader.skip(reader.byte());
      return (flag & nullableFlag) !== 0;
    }
    default:
      throw new RangeError(`a field has the type ${type}`);
  }
}

function readGeometry(
  reader: DefinitionReader,
  { hasZ, hasM }: { hasZ: boolean; hasM: boolean },
): DefinedGeometry {
  // The CRS as WKT.
  reader.skip(reader.short());
  const flags = reader.byte();
  const [definesM, definesZ] = [(flags & 2) !== 0, (flags & 4) !== 0];
  const plane = [reader.double(), reader.double(), reader.double()] as const;
  const m = definesM ? ([reader.double(), reader.double()] as const) : null;
  const z = definesZ ? ([reader.double(), reader.double()] as const) : null;
  // Tolerances.
  reader.skip(8 * (1 + Number(definesM) + Number(definesZ)));
  const boundsAt = reader.position;
  reader.skip(32 + 16 * (Number(hasZ) + Number(hasM)));
  reader.skip(1);
  const cells = reader.int();
  if (cells !== 1) throw new RangeError(`the spatial index has cells of ${cells} sizes`);
  const cellAt = reader.position;
  reader.skip(8);
  return { plane, m, z, boundsAt, hasZ, cellAt };
}

class DefinitionReader {
  readonly #bytes: Buffer;
  position: number;

  constructor(bytes: Buffer, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  skip(bytes: number): void {
    this.position += bytes;
  }

  byte(): number {
    this.position += 1;
    return this.#bytes.readUInt8(this.position - 1);
  }

  short(): number {
    this.position += 2;
    return this.#bytes.readUInt16LE(this.position - 2);
  }

  int(): number {
    this.position += 4;
    return this.#bytes.readInt32LE(this.position - 4);
  }

  double(): number {
    this.position += 8;
    return this.#bytes.readDoubleLE(this.position - 8);
  }

  /** A number in as many bytes of seven bits as it takes. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** UTF-16 behind the number of its units. */
  text(): string {
    const start = this.position + 1;
    this.position = start + this.#bytes.readUInt8(this.position) * 2;
    return this.#bytes.toString('utf16le', start, this.position);
  }
}
