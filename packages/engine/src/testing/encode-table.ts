import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Loss } from '@outcrop/contract';

import type { BlockFormat } from '../formats/block-format.ts';
import { LossLog } from '../formats/loss-log.ts';
import { outputSchema } from '../plan/output-schema.ts';
import { FeatureReader } from '../source/feature-reader.ts';
import { surveyTableHere } from '../source/survey.ts';
import type { GeoPackageTable } from '../source/layer.ts';

/** A format's files of a table, and what it could not hold. */
export interface EncodedTable {
  readonly files: readonly string[];
  readonly losses: readonly Loss[];
}

/** Writes a table in a format without crop or reprojection, in blocks of so many ids, each by an encoder of its own. */
export function encodeTable(
  format: BlockFormat<unknown>,
  source: GeoPackageTable,
  { folder, blockIds }: { folder: string; blockIds: number },
): EncodedTable {
  const survey = surveyTableHere(source, join(folder, 'cache'));
  const schema = outputSchema(source, survey, {
    title: `Title of ${source.table}`,
    description: 'Made for a test.',
    name: 'layer',
    crs: source.geometry?.crs ?? null,
    mayCut: false,
    modified: survey.modified,
  });
  const product = join(folder, `blocks-of-${blockIds}`);
  const pieceFolder = `${product}-pieces`;
  for (const path of [product, pieceFolder]) mkdirSync(path, { recursive: true });
  const options = { schema, coordinatePrecision: null, includeGeometryField: true, pieceFolder };
  const losses = new LossLog();
  const { hasZ, hasM } = schema.geometry ?? { hasZ: false, hasM: false };
  using reader = FeatureReader.open(source, { fields: schema.fields, hasZ, hasM });
  using assembler = format.createAssembler({ ...options, folder: product }, losses);
  for (let from = 0; from <= survey.featureCount; from += blockIds) {
    const encoder = format.createEncoder(options);
    // The last takes all that is left: ids may have gaps.
    const before = from + blockIds > survey.featureCount ? null : from + blockIds;
    for (const batch of reader.readRange(from, before)) {
      const { piece, transfer } = encoder.encode(batch, losses);
      // As between threads: what is not handed over is copied, and nothing else is shared.
      atOnce(assembler.append(structuredClone(piece, { transfer: [...transfer] })));
    }
  }
  atOnce(assembler.finish());
  return { files: readdirSync(product).map((name) => join(product, name)), losses: losses.entries() };
}

/** Only formats that wait for nobody are tried this way. */
function atOnce(done: void | Promise<void>): void {
  if (done !== undefined) throw new Error('this format does not write at once');
}
