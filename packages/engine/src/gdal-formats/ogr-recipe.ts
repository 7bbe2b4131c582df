import type { Mimetype } from '@outcrop/contract';

import type { Envelope } from '../features/geometry-array.ts';
import type { OutputSchema } from '../formats/output-schema.ts';
import type { FieldType } from '../source/layer.ts';
import type { StreamColumn } from './stream-column.ts';

/** What is known when `ogr2ogr` is called. */
export interface OgrCall {
  readonly schema: OutputSchema;
  /** The columns that are handed over. */
  readonly columns: readonly StreamColumn[];
  /** Around all features; null where none has a place, or where that is not known yet. */
  readonly envelope: Envelope | null;
  /** GDAL's name of the charset that holds the texts best; null where the recipe asks for none. */
  readonly charset: string | null;
  readonly color: string | undefined;
}

/**
 * How `ogr2ogr` writes a format, and what the format cannot hold. Plain data and pure functions: who adds a format
 * writes one of these and nothing else.
 */
export interface OgrRecipe {
  readonly mimetype: Mimetype;
  readonly label: string;
  /** GDAL's short name of the driver that writes it. */
  readonly driver: string;
  readonly extension: string;
  /** A layer has one kind of shape: one of several is written as several, by families. */
  readonly splitsFamilies: boolean;
  /** What must be known of all features first: where it is not, they wait in a file until all have come. */
  readonly needs: readonly ('bounds' | 'charset')[];
  readonly geometry: 'kept' | 'as-text' | 'required';
  readonly hasZ: boolean;
  readonly hasM: boolean;
  readonly attributes: 'kept' | 'dropped';
  /** Types whose values are texts in the product. */
  readonly asTexts: readonly FieldType[];
  readonly hasNulls: boolean;
  readonly hasBlobs: boolean;
  /** What integers it keeps: of 32 bits, beyond which GDAL makes reals of them; of 64; or those of up to 15 digits. */
  readonly integers: 'int32' | 'int64' | 'digits15';
  /** Digits that it writes of a real number, where it does not write all of them. */
  readonly realDigits?: number;
  /** Characters of a text, at most; null for no limit. */
  readonly maxText: number | null;
  /** Whether texts are written as XML, which has no control characters. */
  readonly isXml: boolean;
  /** Rows of one layer, at most. */
  readonly maxRows?: number;
  /** Fields of one layer, at most. */
  readonly maxFields?: number;
  /** Columns that the format wants beside the attributes. */
  readonly extraColumns?: (schema: OutputSchema, color: string | undefined) => readonly StreamColumn[];
  /** What the format makes of a field's name; its own where absent, or where GDAL says itself what it makes of it. */
  readonly fieldName?: (name: string, taken: readonly string[]) => string;
  /** The name of the layer inside the file. */
  readonly layerName: (schema: OutputSchema) => string;
  readonly args: (call: OgrCall) => readonly string[];
  /** What GDAL says of a layer that the format cannot hold, and what that means to a person. */
  readonly refusal?: { readonly words: string; readonly meaning: string };
  /** How GDAL reads the product; null where it only writes it. */
  readonly readBack: ReadBackRules | null;
}

/** How a product is read back, to see what the format has made of its schema. */
export interface ReadBackRules {
  readonly args: readonly string[];
  /** Fields that the driver adds of its own. */
  readonly ownFields: readonly string[];
  /** Whether the product says how many features it has, without a scan of all of it. */
  readonly keepsCount: boolean;
  /** How many features the product's head says that it has: where GDAL counts them one by one. */
  readonly count?: (product: string) => number;
  /** Whether its fields are left unread: many a GDAL writes PDF and does not read it. */
  readonly skipsFields?: boolean;
  /** Which features the driver may leave out without a word, where it does: then they are counted as lost. */
  readonly leavesOut?: string;
}
