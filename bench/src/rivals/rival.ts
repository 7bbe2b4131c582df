import type { BenchSite } from '../data/prepare-site.ts';
import type { SizedMeasurement } from '../measure/run-measured.ts';
import type { BenchRow } from '../rows/row.ts';

/** Who is compared with. */
export const rivalNames = ['gdal', 'newest-gdal', 'geopandas', 'mapshaper'] as const;
/** One of them. */
export type RivalName = (typeof rivalNames)[number];

/** What a rival's run gets. */
export interface RivalRun {
  readonly row: BenchRow;
  readonly site: BenchSite;
  /** Empty; for its files. */
  readonly folder: string;
  /** It is stopped after this time. */
  readonly timeoutMs: number;
}

/** A way that a user would take instead of ours. */
export interface Rival {
  readonly name: RivalName;
  /** What it is and its version, for people; null where it is not on this machine. */
  describe(): string | null;
  /** Makes the zipped product of a row. What is brought into shape for it beforehand is not timed. */
  run(run: RivalRun): Promise<SizedMeasurement>;
}
