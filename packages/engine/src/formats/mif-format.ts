import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { widenEnvelope } from '../features/geometry-array.ts';
import { BlockFile } from './block-file.ts';
import type { AssembleOptions, BlockAssembler, BlockFormat } from './block-format.ts';
import type { LossLog } from './loss-log.ts';
import { chooseCharset, mapInfoCharset, noteCharset } from './mapinfo-charset.ts';
import { knownCharset } from './mid-column-texts.ts';
import { recodeMid } from './recode-mid.ts';
import { isNonEarth, mifCoordSys, withBounds } from './mif-coord-sys.ts';
import { MifEncoder, type MifPiece } from './mif-encoder.ts';
import { type MifColumn, mifColumns, mifHead } from './mif-schema.ts';

/** Characters of a charset's name, at most. */
const longestName = 'WindowsSimpChinese'.length;

/**
 * MapInfo's interchange format: a `.mif` with the shapes and a `.mid` with their attributes, whose texts are in the one
 * charset that fits them best. GDAL is asked for nothing but how MapInfo names the CRS.
 */
export const mifFormat: BlockFormat<MifPiece> = {
  createEncoder: (options) => new MifEncoder(options),
  createAssembler: (options, losses) => new MifAssembler(options, losses),
};

class MifAssembler implements BlockAssembler<MifPiece> {
  readonly #options: AssembleOptions;
  readonly #losses: LossLog;
  readonly #columns: readonly MifColumn[];
  readonly #mif: BlockFile;
  /** Where the charset depends on all texts, in UTF-8 and beside the product until all have come. */
  readonly #mid: BlockFile;
  readonly #charset: string | null;
  readonly #coordSys: Promise<string | null>;
  readonly #characters = new Map<number, number>();
  readonly #envelope: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  #hasHead = false;

  constructor(options: AssembleOptions, losses: LossLog) {
    const { schema, folder, pieceFolder, signal } = options;
    this.#options = options;
    this.#losses = losses;
    this.#columns = mifColumns(schema, losses);
    this.#charset = knownCharset(schema);
    noteDimensions(options, losses);
    const crs = schema.geometry?.crs ?? null;
    this.#coordSys = crs === null ? Promise.resolve(null) : mifCoordSys(crs, { folder: pieceFolder, signal });
    // Whoever waits for it hears of its failure; nobody may, where something else fails first.
    this.#coordSys.catch(() => {});
    this.#mif = new BlockFile(join(folder, `${schema.name}.mif`));
    this.#mid = new BlockFile(join(this.#charset === null ? pieceFolder : folder, `${schema.name}.mid`));
  }

  async append({ mif, mid, characters, envelope }: MifPiece): Promise<void> {
    await this.#writeHead();
    this.#mif.append(mif);
    this.#mid.append(mid);
    for (const [code, count] of characters) {
      this.#characters.set(code, (this.#characters.get(code) ?? 0) + count);
    }
    if (envelope[0] !== undefined && !Number.isNaN(envelope[0])) widenEnvelope(this.#envelope, envelope);
  }

  async finish(): Promise<void> {
    await this.#writeHead();
    this.#mid.close();
    const charset = this.#charset ?? this.#chooseCharset();
    if (this.#charset === null) await this.#recode(charset);
    // What only the end tells, in the same bytes.
    this.#mif.writeHead(await this.#head(charset));
    this.#mif.close();
  }

  [Symbol.dispose](): void {
    this.#mif.close();
    this.#mid.close();
  }

  async #writeHead(): Promise<void> {
    if (this.#hasHead) return;
    this.#hasHead = true;
    this.#mif.append(await this.#head(this.#charset));
    const coordSys = await this.#coordSys;
    if (coordSys === null || !isNonEarth(coordSys)) return;
    const code = this.#options.schema.geometry?.crs?.code;
    const detail = `MapInfo has no way to name ${code}: readers must be told that coordinates are in it.`;
    this.#losses.add('crs-unnamed', detail);
  }

  /** As long whatever the charset and the bounds, by lines that readers skip where the charset is not known yet. */
  async #head(charset: string | null): Promise<Buffer> {
    const { schema } = this.#options;
    const name = charset === null ? '' : mapInfoCharset(charset);
    const clause = await this.#coordSys;
    const coordSys = clause !== null && isNonEarth(clause) ? withBounds(clause, this.#envelope) : clause;
    const head = mifHead({ schema, columns: this.#columns, charset: name, coordSys });
    return Buffer.from(this.#charset === null ? head + '\n'.repeat(longestName - name.length) : head);
  }

  /** Chooses the charset by all that has come. */
  #chooseCharset(): string {
    const chosen = chooseCharset(this.#characters);
    noteCharset(chosen, this.#losses);
    return chosen.name;
  }

  async #recode(charset: string): Promise<void> {
    const { schema, folder, signal } = this.#options;
    const product = new BlockFile(join(folder, `${schema.name}.mid`));
    const fields = this.#columns.flatMap(({ type, field }) => (type === 'Char' ? [field?.name ?? ''] : []));
    try {
      await recodeMid(this.#mid.path, product, { charset, fields, losses: this.#losses, signal });
    } finally {
      product.close();
    }
    rmSync(this.#mid.path, { force: true });
  }
}

function noteDimensions({ schema, coordinatePrecision }: AssembleOptions, losses: LossLog): void {
  const { geometry } = schema;
  if (geometry === null) return;
  if (geometry.hasZ) losses.add('z-dropped', 'MapInfo has no Z values; they are left out.');
  if (geometry.hasM) losses.add('m-dropped', 'MapInfo has no M values; they are left out.');
  const digits = coordinatePrecision === null ? '15 digits' : `${coordinatePrecision} decimals`;
  losses.add('coordinates-rounded', `Coordinates are rounded to ${digits}.`, { count: 0 });
}
