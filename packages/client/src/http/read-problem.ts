import { ExportValidationResponse } from '../exports/export-validation-response.ts';
import type { ValidationIssue } from '../errors/validation-error.ts';
import { isRecord } from '../is-record.ts';

/** What an error body says, whichever of the six shapes it has (wire contract, section 11). */
export interface Problem {
  /** One line for people; null where the body says nothing. */
  readonly message: string | null;
  readonly issues: readonly ValidationIssue[];
  readonly validation: ExportValidationResponse | null;
}

const maxMessageLength = 1000;

/**
 * Folds `{error}`, `{detail}`, `{field: [...]}`, `{errors: [...]}`, the v1.x envelope
 * `{errors: {...}, status_code}` and the validation object into one.
 */
export function readProblem(body: unknown): Problem {
  if (!isRecord(body)) return { message: null, issues: [], validation: null };
  if (Array.isArray(body['items']) && 'is_valid' in body) return readValidation(body);
  const { errors } = body;
  if (isRecord(errors)) return readFields(errors);
  if (Array.isArray(errors)) {
    // Sites of Outcrop say more beside the words that clients of the API know.
    const detail = typeof body['detail'] === 'string' ? `: ${body['detail']}` : '';
    return withMessage(errors.map(String).join(' ') + detail);
  }
  if (typeof errors === 'string') return withMessage(errors);
  return readFields(body);
}

function readValidation(body: Readonly<Record<string, unknown>>): Problem {
  const validation = new ExportValidationResponse(body);
  const issues = [
    ...validation.invalidDetails.map(({ code, detail }) => ({ item: null, field: null, code, detail })),
    ...validation.items.flatMap(({ item, invalidDetails }) =>
      invalidDetails.map(({ code, detail }) => ({ item, field: null, code, detail })),
    ),
  ];
  const words = issues.map(({ item, detail }) => (item === null ? detail : `${item}: ${detail}`));
  return { message: shorten(`The export is refused: ${words.join('; ')}`), issues, validation };
}

function readFields(body: Readonly<Record<string, unknown>>): Problem {
  for (const key of ['error', 'detail']) {
    const value = body[key];
    if (typeof value === 'string') return withMessage(value);
    if (isRecord(value) && typeof value['detail'] === 'string') return withMessage(value['detail']);
  }
  const issues = Object.entries(body).flatMap(([field, value]) =>
    sentences(value).map((detail) => ({ item: null, field, code: null, detail })),
  );
  const words = issues.map(({ field, detail }) =>
    field === 'non_field_errors' ? detail : `${field}: ${detail}`,
  );
  return { message: words.length === 0 ? null : shorten(words.join('; ')), issues, validation: null };
}

/** The words of a field: a list of them, or a structure of its own for nested fields. */
function sentences(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(sentences);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    sentences(inner).map((detail) => `${key}: ${detail}`),
  );
}

function withMessage(message: string): Problem {
  return { message: shorten(message), issues: [], validation: null };
}

function shorten(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  return line.length > maxMessageLength ? `${line.slice(0, maxMessageLength)}…` : line;
}
