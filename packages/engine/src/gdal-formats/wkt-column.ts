import type { FeatureBatch, TextColumn } from '../features/feature-batch.ts';
import { geometryKind } from '../features/geometry-array.ts';
import type { EncodeOptions } from '../formats/block-format.ts';
import { decimalsOf } from '../formats/coordinate-decimals.ts';
import type { LossLog } from '../formats/loss-log.ts';
import { TextBuffer } from '../formats/text-buffer.ts';
import { WktWriter } from '../formats/wkt-writer.ts';

/** Geometries as a column of WKT. One that is longer than a text may be is left out: half of it would be of no use. */
export class WktColumn {
  readonly #text = new TextBuffer();
  readonly #writer: WktWriter;
  readonly #label: string;
  readonly #maxText: number;

  constructor(options: EncodeOptions, { label, maxText }: { label: string; maxText: number | null }) {
    this.#writer = new WktWriter(this.#text, decimalsOf(options));
    this.#label = label;
    this.#maxText = maxText ?? Infinity;
  }

  column({ geometry, length }: FeatureBatch, losses: LossLog): TextColumn {
    const values: (string | null)[] = [];
    for (let row = 0; row < length; row++) {
      if (geometry === null || geometry.kinds[row] === geometryKind.none) {
        values.push(null);
        continue;
      }
      this.#writer.write(geometry, row);
      const wkt = this.#text.takeAscii();
      if (wkt.length > this.#maxText) {
        const detail = `${this.#label} has at most ${this.#maxText} characters in a cell: longer geometries are left out.`;
        losses.add('geometry-dropped', detail);
      }
      values.push(wkt.length > this.#maxText ? null : wkt);
    }
    return { kind: 'text', values };
  }
}
