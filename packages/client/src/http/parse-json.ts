import { ApiError, type ApiErrorDetails } from '../errors/api-error.ts';

/** The body of an error response, for its error: parsed where it is JSON, the text itself where not. */
export function parseLeniently(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The body of a success.
 *
 * @throws ApiError with the code `invalid-response` where it is not JSON: a web page, or a body cut short.
 */
export function parseJson(text: string, response: Omit<ApiErrorDetails, 'body'>, url: URL): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = /^\s*</.test(text) ? 'a web page' : 'a body that is not whole JSON';
    throw new ApiError(
      `${url.origin}${url.pathname} answers with ${what}; check that the address is that of a site with an Exports API`,
      { ...response, body: text.slice(0, 1000), cause },
      'invalid-response',
    );
  }
}
