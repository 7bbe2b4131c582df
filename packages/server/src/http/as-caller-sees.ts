import type { AppParts, RequestContext } from './app-parts.ts';

/**
 * The parts of the site for a caller who is known: its catalogue has only the layers that the caller may see. Every
 * operation works on these, so none can forget to ask.
 */
export function asCallerSees(parts: AppParts, context: RequestContext): AppParts {
  return { ...parts, site: parts.site.seenBy(context.get('caller').groups) };
}
