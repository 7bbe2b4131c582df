// Lints the OpenAPI documents of the built server: Redocly's strict rules, but for those that the contract breaks on
// purpose: addresses end in a slash, `croplayers` stands where an export's id does, and a download is a redirect.
import { createConfig, lintFromString } from '@redocly/openapi-core';

import { readOpenApi, versions } from './read-openapi.js';

const config = await createConfig({
  extends: ['recommended-strict'],
  rules: {
    'no-path-trailing-slash': 'off',
    'no-ambiguous-paths': 'off',
    'operation-2xx-response': 'off',
    'operation-description': 'off',
    'operation-operationId': 'error',
    'operation-operationId-unique': 'error',
    'operation-tag-defined': 'error',
    'no-unused-components': 'error',
  },
});
for (const version of versions) {
  const problems = await lintFromString({
    source: readOpenApi(version),
    absoluteRef: `/${version}.json`,
    config,
  });
  for (const { ruleId, message, location } of problems) {
    console.error(`${version} ${location[0]?.pointer ?? ''}: ${message} (${ruleId})`);
  }
  if (problems.length > 0) process.exitCode = 1;
}
