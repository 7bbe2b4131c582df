import { camelCase } from '../camel-case.ts';
import { isRecord } from '../is-record.ts';
import { readNumber, readString, readStrings } from '../read-scalar.ts';
import { readCrs } from './read-crs.ts';
import { reasonWords } from './reason-words.ts';
import type { Licence } from '../layers/licence.ts';

/** A reason for a refusal: its code, and words: the site's, else what this SDK knows of the code, else the code again. */
export interface InvalidDetail {
  readonly code: string;
  readonly detail: string;
  readonly limit?: number;
  readonly value?: number;
}

/** The verdict on one item. */
export interface ItemValidation {
  /** URL of the layer or table. */
  readonly item: string;
  readonly isValid: boolean;
  /** Codes such as `outside-extent`. */
  readonly invalidReasons: readonly string[];
  readonly invalidDetails: readonly InvalidDetail[];
  readonly license: Licence | null;
  /** A decimal string; null where the site does not say. */
  readonly price: string | null;
  /** Of the price (v1.x); null where there is none to pay, or where the site does not say. */
  readonly currency: string | null;
  /** Features that would be written; null where the site does not say. */
  readonly featureCount: number | null;
  /** Bytes; null where the site does not say. */
  readonly sizeEstimateZipped: number | null;
  /** Bytes; null where the site does not say. */
  readonly sizeEstimateUnzipped: number | null;
  /** How long it may take to build; null where the site does not say. */
  readonly secondsEstimate: number | null;
}

/** What a site says of a request without starting it. */
export class ExportValidationResponse {
  readonly isValid: boolean;
  readonly items: readonly ItemValidation[];
  /** Codes that concern the export as a whole. */
  readonly invalidReasons: readonly string[];
  readonly invalidDetails: readonly InvalidDetail[];
  /** Bytes; 0 where nothing can be exported, null where the site does not say. */
  readonly sizeEstimateZipped: number | null;
  /** What the site read differently from how it was written. */
  readonly warnings: readonly string[];
  /** The name the archive would have, without `.zip`; null where the site does not say. */
  readonly name: string | null;
  /** Systems that suit the data, as `EPSG:n` (v1.x); empty where the site does not say. */
  readonly suggestedCrs: readonly string[];

  /** From the body of a response, of which nothing is taken for granted. */
  constructor(body: unknown) {
    const fields = isRecord(body) ? body : {};
    const items = Array.isArray(fields['items']) ? fields['items'].filter(isRecord) : [];
    this.items = items.map(readItem);
    this.invalidReasons = readStrings(fields['invalid_reasons']);
    this.invalidDetails = readDetails(fields);
    this.isValid = fields['is_valid'] === true;
    this.sizeEstimateZipped = readNumber(fields['size_estimate_zipped']);
    this.warnings = readStrings(fields['warnings']);
    this.name = readString(fields['name']);
    const suggested = Array.isArray(fields['suggested_crs']) ? fields['suggested_crs'] : [];
    this.suggestedCrs = readStrings(suggested.map(readCrs));
  }

  /** Reason codes by item URL, those of the whole export under `__all__`. Empty for a valid request. */
  getReasons(): Readonly<Record<string, readonly string[]>> {
    const reasons: Record<string, readonly string[]> = {};
    if (this.invalidReasons.length > 0) reasons['__all__'] = this.invalidReasons;
    for (const { item, invalidReasons } of this.items) {
      if (invalidReasons.length > 0) reasons[item] = [...(reasons[item] ?? []), ...invalidReasons];
    }
    return reasons;
  }
}

function readItem(body: Readonly<Record<string, unknown>>): ItemValidation {
  return {
    item: readString(body['item']) ?? '',
    isValid: body['is_valid'] === true,
    invalidReasons: readStrings(body['invalid_reasons']),
    invalidDetails: readDetails(body),
    license: isRecord(body['license']) ? (camelCase(body['license']) as Licence) : null,
    price: readString(body['price']),
    featureCount: readNumber(body['feature_count']),
    currency: readString(body['currency']),
    sizeEstimateZipped: readNumber(body['size_estimate_zipped']),
    sizeEstimateUnzipped: readNumber(body['size_estimate_unzipped']),
    secondsEstimate: readNumber(body['seconds_estimate']),
  };
}

function readDetails(body: Readonly<Record<string, unknown>>): InvalidDetail[] {
  const given = Array.isArray(body['invalid_details']) ? body['invalid_details'].filter(isRecord) : [];
  const details = given.map((detail): InvalidDetail => {
    const { code, limit, value } = detail;
    return {
      code: readString(code) ?? 'unknown',
      detail: reasonWords(readString(code), readString(detail['detail'])),
      ...(typeof limit === 'number' ? { limit } : {}),
      ...(typeof value === 'number' ? { value } : {}),
    };
  });
  const codes = new Set(details.map(({ code }) => code));
  const bare = readStrings(body['invalid_reasons']).filter((code) => !codes.has(code));
  return [...details, ...bare.map((code) => ({ code, detail: reasonWords(code, null) }))];
}
