import { Client, type Fetch } from '@outcrop/client';

import type { CommandContext } from '../command-context.ts';
import type { EnginePort } from '../engine-port.ts';
import type { ServerPort, SitePort } from '../server-port.ts';

/** A context whose output can be looked at, and whose packages are what a test says. */
export interface TestContext extends CommandContext {
  /** What went to standard output, line by line. */
  readonly printed: string[];
  /** What went to standard error. */
  readonly noted: string[];
  readonly controller: AbortController;
}

/** What a test replaces. What it does not may not be used. */
export interface TestDoubles {
  readonly engine?: Partial<EnginePort>;
  readonly server?: Partial<ServerPort>;
  readonly site?: Partial<SitePort>;
  readonly fetch?: Fetch;
  readonly workingFolder?: string;
}

/** Makes a context for one command. */
export function testContext(doubles: TestDoubles = {}): TestContext {
  const printed: string[] = [];
  const noted: string[] = [];
  const controller = new AbortController();
  return {
    printed,
    noted,
    controller,
    terminal: {
      print: (line) => void printed.push(line),
      note: (line) => void noted.push(line),
      barStream: null,
    },
    interruption: () => controller.signal,
    workingFolder: doubles.workingFolder ?? process.cwd(),
    connect: async (url, options) =>
      new Client(url, {
        apiKey: null,
        ...options,
        ...(doubles.fetch === undefined ? {} : { fetch: doubles.fetch }),
      }),
    loadEngine: async () => ({ ...unusable.engine, ...doubles.engine }),
    loadSite: async () => ({ ...unusable.site, ...doubles.site }),
    loadServer: async () => ({ ...unusable.server, ...doubles.server }),
  };
}

function refuse(): never {
  throw new Error('the command should not have called this');
}

const unusable: { engine: EnginePort; site: SitePort; server: ServerPort } = {
  engine: { startWorkers: refuse, runExport: refuse, verifyArchive: refuse },
  site: { openSite: refuse, resolveRequest: refuse, checkRequest: refuse },
  server: {
    initSite: refuse,
    importIntoSite: refuse,
    openSite: refuse,
    describeLayers: refuse,
    startSite: refuse,
    startApiProcess: refuse,
    startWorkerProcess: refuse,
    migrateSite: refuse,
    backUpSite: refuse,
    restoreSite: refuse,
    createToken: refuse,
    changeToken: refuse,
    listTokens: refuse,
    revokeToken: refuse,
    readAuditLog: refuse,
    orderLoginLink: refuse,
    orderNotifications: refuse,
  },
};
