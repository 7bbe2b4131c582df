import { knowsSecret } from '../admin/admin-secret.ts';
import type { RequestContext } from '../http/app-parts.ts';
import { notFound } from '../http/http-error.ts';

/** Where a running site gives a copy of its database to commands of its own machine. Not part of the API. */
export const databaseDumpPath = '/.outcrop/database';

/** Gives a copy of the embedded database to whoever knows the running site's secret. To others there is nothing here. */
export function dumpDatabase(parts: {
  readonly adminSecret: string | null;
  readonly dumpDatabase: (() => Promise<Blob>) | null;
}): (context: RequestContext) => Promise<Response> {
  return async (context) => {
    if (!knowsSecret(context, parts.adminSecret) || parts.dumpDatabase === null) {
      throw notFound();
    }
    const dump = await parts.dumpDatabase();
    return context.body(dump.stream(), 200, {
      'Content-Type': 'application/gzip',
      'Content-Length': String(dump.size),
    });
  };
}
