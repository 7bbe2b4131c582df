import type { Crs } from '../crs/crs.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { FieldSurvey } from '../source/survey.ts';
import type { Field, GeometryType } from '../source/layer.ts';

/** What will be written: the source's schema as the crop and the coordinate operation leave it. */
export interface OutputSchema {
  readonly title: string;
  readonly description: string;
  /** Name of the table or layer inside the file. */
  readonly name: string;
  readonly fidColumn: string;
  readonly fields: readonly Field[];
  /** What the source's values are like, for each field. */
  readonly fieldSurveys: readonly FieldSurvey[];
  /** Null for a table. */
  readonly geometry: OutputGeometry | null;
  /** ISO 8601, UTC: when the source was last changed. Writers use no other time. */
  readonly modified: string;
}

/** The geometry of what will be written. */
export interface OutputGeometry {
  readonly column: string;
  readonly type: GeometryType;
  readonly hasZ: boolean;
  readonly hasM: boolean;
  /** Null where the source does not know its CRS. */
  readonly crs: Crs | null;
  /** Around all that will be written, in its CRS; null where that is known only in the end. */
  readonly envelope: Envelope | null;
  /** The WKB kinds that may come, which may be fewer than the type allows. */
  readonly kinds: readonly number[];
}
