import { z } from 'zod';

import type { Filter, Selection, Sort } from '../../exports/selection.ts';
import type { RequestContext } from '../app-parts.ts';
import { HttpError } from '../http-error.ts';
import { type FilterParameter, filterParameters, type FilterType, type ListFields } from './list-fields.ts';
import { parseTime } from './parse-time.ts';

const defaultPageSize = 20;
const maxPageSize = 100;
const maxTextLength = 500;

/** The part of a list that was asked for. */
export interface ListQuery extends Selection {
  readonly page: number;
  readonly pageSize: number;
  readonly offset: number;
}

const pageFields = {
  page: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'pages are numbered from 1')
    .transform(Number)
    .default(1)
    .meta({ type: 'integer', description: 'From 1; past the last one is 404.' }),
  page_size: z
    .preprocess(clampPageSize, z.int().min(1).max(maxPageSize))
    .default(defaultPageSize)
    .meta({ description: `At most ${maxPageSize}; more is cut to that.` }),
};

/** The query parameters of a list. Each value is parsed; names are checked by `readListQuery`. */
export function listQuerySchema(fields: ListFields): z.ZodObject {
  const sorts = fields.sorts.flatMap((name) => [name, `-${name}`]);
  return z.object({
    ...pageFields,
    sort: z
      .enum(sorts)
      .optional()
      .meta({ description: `A minus sorts downwards. Default: ${fields.order}.` }),
    ...Object.fromEntries(
      filterParameters(fields).map((filter) => [
        filter.parameter,
        z
          .preprocess(asList, z.array(valueSchema(filter.type)).min(1).max(100))
          .optional()
          .meta({
            description: describeFilter(filter),
          }),
      ]),
    ),
  });
}

/**
 * What a request asks of a list, from its parsed parameters.
 *
 * @throws HttpError 400 for a parameter that the list does not have: a misspelt filter would otherwise give everything.
 */
export function readListQuery(context: RequestContext, fields: ListFields, query: object): ListQuery {
  const filters = filterParameters(fields);
  const known = ['page', 'page_size', 'sort', ...filters.map(({ parameter }) => parameter)];
  const unknown = Object.keys(context.req.queries()).find((name) => !known.includes(name) && !isNoise(name));
  if (unknown !== undefined) {
    const detail = `This list has no such parameter; it has ${known.join(', ')}.`;
    throw new HttpError(400, { [unknown.slice(0, 100)]: [detail] });
  }
  const { page, page_size: pageSize, sort } = query as { page: number; page_size: number; sort?: string };
  return {
    page,
    pageSize,
    offset: (page - 1) * pageSize,
    sort: sort === undefined ? null : parseSort(sort),
    filters: filters.flatMap((filter) => readFilter(filter, query)),
  };
}

/** What stands in addresses for other reasons: against caches, and the format that Django's REST framework can be asked for. */
function isNoise(name: string): boolean {
  return name.startsWith('_') || name === 'format';
}

function readFilter({ parameter, attribute, operator }: FilterParameter, query: object): Filter[] {
  const values = Reflect.get(query, parameter) as readonly (string | number)[] | undefined;
  return values === undefined ? [] : [{ attribute, operator, values }];
}

function parseSort(sort: string): Sort {
  const isDescending = sort.startsWith('-');
  return { attribute: isDescending ? sort.slice(1) : sort, isDescending };
}

function valueSchema(type: FilterType): z.ZodType<string | number> {
  if (type === 'integer') {
    return z
      .string()
      .regex(/^\d{1,15}$/, 'must be a whole number')
      .transform(Number)
      .meta({ type: 'integer' });
  }
  if (type === 'time') {
    return z
      .string()
      .transform((written, context) => {
        const time = parseTime(written);
        if (time === null) {
          context.addIssue({ code: 'custom', message: 'must be a time such as 2026-04-20T22:31:19Z' });
        }
        return time ?? '';
      })
      .meta({ type: 'string', format: 'date-time' });
  }
  if (type === 'text' || type === 'search') {
    return z
      .string()
      .max(maxTextLength, `must have at most ${maxTextLength} characters`)
      .refine((text) => !text.includes('\0'), 'must not contain NUL');
  }
  return z.enum(type);
}

function describeFilter({ type, attribute, operator }: FilterParameter): string {
  if (type === 'search') {
    return `Only those whose ${attribute} contains this text, in any case.`;
  }
  const comparison = {
    is: 'is',
    contains: 'contains',
    gt: 'is after',
    gte: 'is or is after',
    lt: 'is before',
    lte: 'is or is before',
  }[operator];
  return `Only those whose ${attribute} ${comparison} this; repeated, any of these.`;
}

function asList(value: unknown): unknown {
  return Array.isArray(value) || value === undefined ? value : [value];
}

/** What is no size is the default, as in Django's REST framework. */
function clampPageSize(value: unknown): number {
  const size = Number.parseInt(String(Array.isArray(value) ? value[0] : value), 10);
  return size >= 1 ? Math.min(size, maxPageSize) : defaultPageSize;
}
