import { join } from 'node:path';

import { BlockFile } from './block-file.ts';
import type { AssembleOptions, BlockAssembler, BlockFormat } from './block-format.ts';
import type { LossLog } from './loss-log.ts';
import type { OutputSchema } from './output-schema.ts';
import { PostgresEncoder, type PostgresPiece } from './postgres-encoder.ts';
import {
  postgresCopy,
  type PostgresFindings,
  postgresFoot,
  postgresHead,
  type PostgresTable,
  postgresTable,
} from './postgres-schema.ts';

/**
 * A dump that `psql` loads: a table of PostgreSQL, its rows as a COPY, its geometries as PostGIS has them, and its index,
 * in one transaction.
 */
export const postgresFormat: BlockFormat<PostgresPiece> = {
  createEncoder: (options) => new PostgresEncoder(options),
  createAssembler: (options, losses) => new PostgresAssembler(options, losses),
};

class PostgresAssembler implements BlockAssembler<PostgresPiece> {
  readonly #file: BlockFile;
  readonly #schema: OutputSchema;
  readonly #losses: LossLog;
  readonly #table: PostgresTable;
  readonly #found: PostgresFindings;
  #hasRows = false;

  constructor({ schema, folder }: AssembleOptions, losses: LossLog) {
    this.#schema = schema;
    this.#losses = losses;
    this.#table = postgresTable(schema, losses);
    this.#found = { hasLongIds: false, isOverlong: this.#table.columns.map(() => false) };
    this.#file = new BlockFile(join(folder, `${schema.name}.sql`));
    this.#file.append(this.#head());
  }

  append({ bytes, hasLongIds, isOverlong }: PostgresPiece): void {
    if (bytes.length === 0) return;
    if (!this.#hasRows) this.#file.append(Buffer.from(postgresCopy(this.#table)));
    this.#hasRows = true;
    this.#file.append(bytes);
    if (hasLongIds) this.#found.hasLongIds = true;
    for (const [index, isLong] of isOverlong.entries()) if (isLong) this.#found.isOverlong[index] = true;
  }

  finish(): void {
    this.#file.append(Buffer.from(postgresFoot(this.#table, this.#hasRows)));
    this.#file.writeHead(this.#head());
    this.#noteLimits();
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #head(): Buffer {
    return Buffer.from(postgresHead(this.#table, this.#schema, this.#found));
  }

  #noteLimits(): void {
    for (const [index, { field, maxLength }] of this.#table.columns.entries()) {
      if (this.#found.isOverlong[index] !== true) continue;
      const detail = `${field.name} declares at most ${maxLength} characters and has longer texts: it is written without a limit.`;
      this.#losses.add('field-retyped', detail, { field: field.name, count: 0 });
    }
  }
}
