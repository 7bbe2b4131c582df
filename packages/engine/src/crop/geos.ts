import initGeos from 'geos-wasm';

import { EngineError } from '../engine-error.ts';

/** Address of a GEOS geometry in the module's memory. Whoever receives one destroys it. */
export type GeometryPointer = number & { readonly __geometry: unique symbol };
/** Address of a prepared geometry. */
export type PreparedPointer = number & { readonly __prepared: unique symbol };

type GeosModule = Awaited<ReturnType<typeof initGeos>>;

/** Return values of GEOS predicates: 2 is an exception. */
const predicateFailed = 2;

/**
 * The part of GEOS that cropping needs, over WKB. Geometries live in the module's own memory and are addressed by
 * pointers; nothing is freed by itself.
 */
export class Geos {
  readonly #geos: GeosModule;
  readonly #messages: string[];
  readonly #reader: number;
  readonly #writer: number;
  readonly #size: number;
  #buffer = 0;
  #bufferSize = 0;

  private constructor(geos: GeosModule, messages: string[]) {
    this.#geos = geos;
    this.#messages = messages;
    this.#reader = geos.GEOSWKBReader_create() as number;
    // Rings that are not closed are closed, as far as that makes a ring.
    geos.GEOSWKBReader_setFixStructure(this.#reader, 1);
    this.#writer = geos.GEOSWKBWriter_create() as number;
    geos.GEOSWKBWriter_setOutputDimension(this.#writer, 4);
    this.#size = geos.Module._malloc(4) as number;
  }

  static #loading: Promise<Geos> | undefined;

  /** The one instance of this process: the module has one memory and one error handler. */
  static load(): Promise<Geos> {
    Geos.#loading ??= Geos.#create();
    return Geos.#loading;
  }

  static async #create(): Promise<Geos> {
    const messages: string[] = [];
    // An exception thrown from inside the handler would unwind through WebAssembly and leak its stack.
    const keep = (message: string): void => {
      messages.push(message);
      if (messages.length > 8) messages.shift();
    };
    const geos = await initGeos({ errorHandler: keep, noticeHandler: keep });
    return new Geos(geos, messages);
  }

  /** Reads the WKB at `start` of `bytes`. Null where GEOS cannot make a geometry of it. */
  read(bytes: Uint8Array, start = 0): GeometryPointer | null {
    const size = bytes.length - start;
    if (size > this.#bufferSize) {
      if (this.#buffer !== 0) this.#geos.Module._free(this.#buffer);
      this.#bufferSize = Math.max(size, 65_536);
      this.#buffer = this.#geos.Module._malloc(this.#bufferSize) as number;
    }
    this.#geos.Module.HEAPU8.set(start === 0 ? bytes : bytes.subarray(start), this.#buffer);
    return pointer(this.#geos.GEOSWKBReader_read(this.#reader, this.#buffer, size));
  }

  /** Writes a geometry as little-endian WKB with whatever dimensions it has. The bytes are a copy. */
  write(geometry: GeometryPointer): Uint8Array {
    const address = this.#geos.GEOSWKBWriter_write(this.#writer, geometry, this.#size) as number;
    if (address === 0) throw this.failure('cannot be written');
    const size = this.#geos.Module.getValue(this.#size, 'i32') as number;
    const bytes = this.#geos.Module.HEAPU8.slice(address, address + size);
    this.#geos.GEOSFree(address);
    return bytes;
  }

  destroy(geometry: GeometryPointer | null): void {
    if (geometry !== null) this.#geos.GEOSGeom_destroy(geometry);
  }

  isValid(geometry: GeometryPointer): boolean {
    return this.#geos.GEOSisValid(geometry) === 1;
  }

  /** Why a geometry is invalid, with the place: `Self-intersection[174.5 -41.2]`. */
  invalidReason(geometry: GeometryPointer): string {
    const address = this.#geos.GEOSisValidReason(geometry) as unknown as number | string;
    if (typeof address === 'string') return address;
    const text = this.#geos.Module.UTF8ToString(address) as string;
    this.#geos.GEOSFree(address);
    return text;
  }

  isEmpty(geometry: GeometryPointer): boolean {
    return this.#geos.GEOSisEmpty(geometry) === 1;
  }

  /** OGC type code: 0 point, 1 line, 2 ring, 3 polygon, 4..6 multi, 7 collection. */
  typeId(geometry: GeometryPointer): number {
    return this.#geos.GEOSGeomTypeId(geometry) as number;
  }

  /** Positions of all its rings, the closing ones included. */
  positionCount(geometry: GeometryPointer): number {
    return this.#geos.GEOSGetNumCoordinates(geometry) as number;
  }

  area(geometry: GeometryPointer): number {
    const address = this.#geos.Module._malloc(8) as number;
    this.#geos.GEOSArea(geometry, address);
    const area = this.#geos.Module.getValue(address, 'double') as number;
    this.#geos.Module._free(address);
    return area;
  }

  makeValid(geometry: GeometryPointer): GeometryPointer {
    return this.#required(this.#geos.GEOSMakeValid(geometry), 'cannot be repaired');
  }

  /** The union of a collection's parts. */
  unaryUnion(geometry: GeometryPointer): GeometryPointer {
    return this.#required(this.#geos.GEOSUnaryUnion(geometry), 'cannot be united');
  }

  /** Null where GEOS fails, which is how it answers invalid input. */
  intersection(a: GeometryPointer, b: GeometryPointer): GeometryPointer | null {
    return pointer(this.#geos.GEOSIntersection(a, b));
  }

  /** What of a geometry lies in a rectangle: fast, but what touches the rectangle's edge may come out invalid. */
  clipByRectangle(
    geometry: GeometryPointer,
    box: readonly [number, number, number, number],
  ): GeometryPointer | null {
    return pointer(this.#geos.GEOSClipByRect(geometry, ...box));
  }

  prepare(geometry: GeometryPointer): PreparedPointer {
    return this.#geos.GEOSPrepare(geometry) as unknown as PreparedPointer;
  }

  destroyPrepared(prepared: PreparedPointer): void {
    this.#geos.GEOSPreparedGeom_destroy(prepared);
  }

  /** Whether a point is inside or on the boundary. */
  preparedMeetsPoint(prepared: PreparedPointer, x: number, y: number): boolean {
    return this.#geos.GEOSPreparedIntersectsXY(prepared, x, y) === 1;
  }

  /** Null where GEOS fails on invalid input. */
  preparedIntersects(prepared: PreparedPointer, geometry: GeometryPointer): boolean | null {
    return verdict(this.#geos.GEOSPreparedIntersects(prepared, geometry));
  }

  /** Whether a geometry is inside, its boundary included. Null where GEOS fails on invalid input. */
  preparedCovers(prepared: PreparedPointer, geometry: GeometryPointer): boolean | null {
    return verdict(this.#geos.GEOSPreparedCovers(prepared, geometry));
  }

  /** An error with what GEOS said last. */
  failure(what: string): EngineError {
    return new EngineError(
      'unsupported-geometry',
      `A geometry ${what}: ${this.#messages.at(-1) ?? 'GEOS gives no reason'}.`,
    );
  }

  #required(address: unknown, what: string): GeometryPointer {
    const found = pointer(address);
    if (found === null) throw this.failure(what);
    return found;
  }
}

function pointer(address: unknown): GeometryPointer | null {
  return address === 0 ? null : (address as GeometryPointer);
}

function verdict(answer: unknown): boolean | null {
  return answer === predicateFailed ? null : answer === 1;
}
