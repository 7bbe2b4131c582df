import { argv, stdout } from 'node:process';

import { apiVersions } from '../../exports/api-root.ts';
import { describeApi } from '../routes.ts';

// A program for the checks: prints the document of the version that it is given.
const version = apiVersions.find((one) => one === argv[2]);
if (version === undefined) {
  throw new Error(`Name a version: ${apiVersions.join(' or ')}`);
}
stdout.write(`${JSON.stringify(describeApi(version, `/services/api/${version}`), null, 2)}\n`);
