export type { CommandContext } from './command-context.ts';
export type { EnginePort } from './engine-port.ts';
export type { Terminal } from './output/terminal.ts';
export { runCommand } from './run-command.ts';
export type { InitialisedSite, ListedLayer, OpenedSite, ServerPort } from './server-port.ts';
