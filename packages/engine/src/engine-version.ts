import { createRequire } from 'node:module';

/** The engine's name and version, as manifests and reports carry them. */
export function engineVersion(): string {
  const { name, version } = createRequire(import.meta.url)('../package.json') as {
    name: string;
    version: string;
  };
  return `${name} ${version}`;
}
