// The wire contract, by HTTP alone: no SDK, only requests to the built site. docs/reference/contract.md lists it.
import { afterAll, beforeAll } from 'vitest';

import { accessSuite } from './contract/access.ts';
import { catalogueSuite } from './contract/catalogue.ts';
import { cropLayerSuite } from './contract/crop-layers.ts';
import { downloadSuite } from './contract/download.ts';
import { exportSuite } from './contract/exports.ts';
import { extensionSuite } from './contract/extensions.ts';
import { listSuite } from './contract/lists.ts';
import { pythonSuite } from './contract/python-client.ts';
import { requestSuite } from './contract/requests.ts';
import { type ContractSite, openContractSite } from './support/contract-site.ts';

let site: ContractSite;

beforeAll(async () => {
  site = await openContractSite();
});

afterAll(() => site[Symbol.asyncDispose]());

for (const suite of [
  accessSuite,
  listSuite,
  exportSuite,
  requestSuite,
  cropLayerSuite,
  catalogueSuite,
  downloadSuite,
  pythonSuite,
  extensionSuite,
]) {
  suite(() => site);
}
