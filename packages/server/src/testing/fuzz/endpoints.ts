import { apiVersions } from '../../exports/api-root.ts';
import type { AppParts } from '../../http/app-parts.ts';
import { createApp } from '../../http/create-app.ts';
import { apiPaths } from '../../http/routes.ts';

/** A method on a path; parameters of the path are written `{name}`. */
export interface Endpoint {
  readonly method: string;
  readonly path: string;
  /** How often it is asked, in comparison. */
  readonly weight: number;
}

/** What starts a program takes a hundred times as long as the rest; what takes most input deserves most. */
const weights: readonly (readonly [methods: readonly string[], pattern: RegExp, weight: number])[] = [
  [['POST'], /\/page\/shapes$/, 0.1],
  [['GET'], /\/picture$|\/openapi\.json$|\/docs\/$/, 0.1],
  [['POST'], /\/exports\/$|\/validate\/$|\/regions$/, 10],
  [['POST'], /\/tokens\/$/, 4],
  [['PATCH'], /\/tokens\/\{id\}\/$/, 2],
  [['GET', 'DELETE'], /\/exports\//, 2],
  [['PUT', 'HEAD', 'OPTIONS'], /./, 0.2],
];

/**
 * Everything that a site answers: whatever is routed, in the API, for the page and for the administrator, so that what is
 * added is asked too. Each path is also asked by methods that it does not take.
 */
export function findEndpoints(parts: AppParts): Endpoint[] {
  const routed = createApp(parts)
    .routes.filter(({ path }) => !path.includes('*'))
    .flatMap(({ method, path }) =>
      (method === 'ALL' ? ['PUT', 'HEAD'] : [method]).map((one) => [one, path] as const),
    );
  const documented = apiVersions.flatMap((version) =>
    apiPaths(version).flatMap(({ path, operations }) =>
      operations.map(({ route }) => [route.method.toUpperCase(), `/services/api/${version}${path}`] as const),
    ),
  );
  const named = new Map<string, Endpoint>();
  for (const [method, path] of [...documented, ...routed]) {
    const template = path.replaceAll(/:(\w+)(?:\{[^}]*\}+)?/g, '{$1}');
    const weight = weights.find(([asked, pattern]) => asked.includes(method) && pattern.test(template))?.[2];
    named.set(`${method} ${template}`, { method, path: template, weight: weight ?? 1 });
  }
  return [...named.values()];
}
