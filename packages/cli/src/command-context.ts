import type { Client, ClientOptions } from '@outcrop/client';

import type { EnginePort } from './engine-port.ts';
import type { Terminal } from './output/terminal.ts';
import type { ServerPort, SitePort } from './server-port.ts';

/** What commands get from outside. Packages are loaded by those that need them only, so that the others start fast. */
export interface CommandContext {
  readonly terminal: Terminal;
  /**
   * What aborts when the person presses Ctrl-C, or the system ends the process. From the first call on a command ends in order:
   * to be called before the first thing that has to be undone. Until then the process ends at once, whatever it is at.
   */
  readonly interruption: () => AbortSignal;
  /** Folder that relative paths start from. */
  readonly workingFolder: string;
  readonly connect: (url: string, options: ClientOptions) => Promise<Client>;
  readonly loadEngine: () => Promise<EnginePort>;
  readonly loadSite: () => Promise<SitePort>;
  readonly loadServer: () => Promise<ServerPort>;
}
