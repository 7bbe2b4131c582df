import type { RouteConfig } from '@hono/zod-openapi';
import type { Scope } from '@outcrop/contract';
import { z } from 'zod';

import type { ApiVersion } from '../exports/api-root.ts';
import { errorSchemas } from './schemas/error-schemas.ts';

/** What an operation answers with one status. */
export interface Answer {
  readonly description: string;
  /** The body; a string is the media type of a body that is not JSON, null none. */
  readonly body: z.ZodType | string | null;
  readonly headers?: Readonly<Record<string, z.ZodType>>;
}

/** What the document says of an operation, and what a request is checked against before it is performed. */
export interface OperationConfig<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Headers extends z.ZodObject,
> {
  readonly method: 'get' | 'post' | 'patch' | 'delete' | 'options';
  /** Below the root of the API: `/exports/{id}/`. */
  readonly path: string;
  /** Names the operation in generated clients. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Null for what anyone may ask. */
  readonly scope: Scope | null;
  readonly params?: Params;
  readonly query?: Query;
  readonly headers?: Headers;
  /** Name of the component that describes the JSON body. It is parsed by the operation itself, which bounds its size. */
  readonly body?: string;
  /** Words that the header `Expand` may hold. */
  readonly expansions?: readonly string[];
  readonly answers: Readonly<Record<number, Answer>>;
}

type AnyConfig = OperationConfig<z.ZodObject, z.ZodObject, z.ZodObject>;

/** What the document has of an operation. */
export function describeRoute(version: ApiVersion, config: AnyConfig): RouteConfig {
  const answers: Record<number, Answer> = { ...commonAnswers(version, config), ...config.answers };
  const expand = {
    Expand: z
      .string()
      .optional()
      .meta({
        description: `Asks for more: any of ${(config.expansions ?? []).join(', ')}, separated by commas.`,
      }),
  };
  const headers =
    config.expansions === undefined ? config.headers : (config.headers ?? z.object({})).extend(expand);
  return {
    method: config.method,
    path: config.path,
    operationId: config.id,
    tags: [config.tag],
    summary: config.summary,
    ...(config.description === undefined ? {} : { description: config.description }),
    security: config.scope === null ? [] : [{ key: [config.scope] }],
    request: {
      ...(config.params === undefined ? {} : { params: config.params }),
      ...(config.query === undefined ? {} : { query: config.query }),
      ...(headers === undefined ? {} : { headers }),
      ...(config.body === undefined ? {} : { body: jsonBody(config.body) }),
    },
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [
        status,
        describeAnswer(answer, { isScoped: config.scope !== null && Number(status) < 400 }),
      ]),
    ),
  };
}

function jsonBody(component: string): NonNullable<NonNullable<RouteConfig['request']>['body']> {
  return {
    required: true,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${component}` } } },
  };
}

/** What any operation may answer. */
function commonAnswers(version: ApiVersion, config: AnyConfig): Record<number, Answer> {
  const { problem, limitProblem, fieldErrors } = errorSchemas[version];
  return {
    ...(config.query === undefined && config.headers === undefined
      ? {}
      : { 400: { description: 'A parameter cannot be used.', body: fieldErrors } }),
    ...(config.scope === null
      ? {}
      : {
          401: {
            description:
              'The token is missing, unknown, expired, revoked, not for the page that sent it, or without the scope.',
            body: problem,
            headers: { 'WWW-Authenticate': z.string(), ...scopeHeaders },
          },
        }),
    403: { description: 'The site is open to its own machine only.', body: problem },
    ...(config.params === undefined
      ? {}
      : { 404: { description: 'Not there, or not yours.', body: problem } }),
    414: { description: 'The address is too long.', body: problem },
    429: {
      description: 'Too many requests, or a quota is used up; the same request can be sent again later.',
      body: limitProblem,
      headers: {
        'Retry-After': z
          .string()
          .regex(/^[1-9]\d*$/)
          .meta({ description: 'Seconds until it is worth trying.' }),
      },
    },
    500: { description: 'The site failed; the incident is in its log.', body: problem },
    503: {
      description: 'The database or the storage of the site does not answer at the moment.',
      body: problem,
      headers: { 'Retry-After': z.string().meta({ description: 'Seconds.' }) },
    },
  };
}

const scopeHeaders = {
  'Accepted-OAuth-Scopes': z.string().meta({ description: 'The scope that the operation takes.' }),
  'OAuth-Scopes': z.string().meta({ description: 'The scopes that the token has, separated by spaces.' }),
};

const everyHeader = {
  'X-Request-Id': z.string().meta({ description: 'Names the request in the log of the site.' }),
};

function describeAnswer(
  answer: Answer,
  { isScoped }: { isScoped: boolean },
): RouteConfig['responses'][string] {
  const { body, description, headers } = answer;
  const content =
    body === null
      ? {}
      : typeof body === 'string'
        ? { content: { [body]: { schema: { type: 'string' as const } } } }
        : { content: { 'application/json': { schema: body } } };
  return {
    description,
    headers: z.object({ ...everyHeader, ...(isScoped ? scopeHeaders : {}), ...headers }),
    ...content,
  };
}
