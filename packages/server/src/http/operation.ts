import type { RouteConfig } from '@hono/zod-openapi';
import type { Scope } from '@outcrop/contract';
import type { z } from 'zod';

import type { ApiVersion } from '../exports/api-root.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { describeRoute, type OperationConfig } from './describe-route.ts';

/** A request that has been checked. */
export interface OperationRequest<Params, Query, Headers> {
  readonly parts: AppParts;
  readonly context: RequestContext;
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
}

/** One operation of the API: a method on a path. Routes and document are both made from it. */
export interface Operation {
  readonly route: RouteConfig;
  readonly scope: Scope | null;
  readonly expansions: readonly string[];
  readonly perform: (parts: AppParts, context: RequestContext) => Response | Promise<Response>;
}

/** Defines an operation of one version of the API. */
export function defineOperation<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Headers extends z.ZodObject = z.ZodObject,
>(
  version: ApiVersion,
  config: OperationConfig<Params, Query, Headers>,
  handle: (
    request: OperationRequest<z.output<Params>, z.output<Query>, z.output<Headers>>,
  ) => Response | Promise<Response>,
): Operation {
  const valid = <T>(context: RequestContext, target: string, schema: z.ZodType<T> | undefined): T =>
    (schema === undefined ? {} : context.req.valid(target as never)) as T;
  return {
    route: describeRoute(version, config),
    scope: config.scope,
    expansions: config.expansions ?? [],
    perform: (parts, context) =>
      handle({
        parts,
        context,
        params: valid(context, 'param', config.params) as z.output<Params>,
        query: valid(context, 'query', config.query) as z.output<Query>,
        headers: valid(context, 'header', config.headers) as z.output<Headers>,
      }),
  };
}
