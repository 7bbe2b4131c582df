import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const outcrop = fileURLToPath(new URL('../../../packages/cli/bin/outcrop.js', import.meta.url));

/** A site that is served to this machine until it is disposed of. */
export interface ServedFolder extends AsyncDisposable {
  readonly url: string;
}

/** Serves the site of a folder, without keys. */
export async function serveFolder(folder: string): Promise<ServedFolder> {
  const child = spawn(process.execPath, [outcrop, 'serve', folder, '--anonymous', '--port', '0', '--json'], {
    env: { ...process.env, OUTCROP_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    url: await addressOf(child.stdout),
    async [Symbol.asyncDispose]() {
      const end = once(child, 'close');
      child.kill('SIGINT');
      await end;
    },
  };
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    output.resume();
    return (JSON.parse(line) as { url: string }).url;
  }
  throw new Error('the site did not start');
}
