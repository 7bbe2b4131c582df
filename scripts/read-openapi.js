import { execFileSync } from 'node:child_process';

/** The versions of the API. */
export const versions = ['v1', 'v1.x'];

/**
 * The OpenAPI document of a version, as the built server has it.
 *
 * @param {string} version
 * @returns {string}
 */
export function readOpenApi(version) {
  return execFileSync(process.execPath, ['packages/server/dist/http/openapi/print-document.js', version], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
}
