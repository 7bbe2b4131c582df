import { spawn } from 'node:child_process';

import { childEnvironment } from '../child-environment.ts';
import { EngineError } from '../engine-error.ts';

/** How a program of GDAL is held. */
export interface GdalBounds {
  readonly timeoutMs: number;
  /** Bytes of output at the most. */
  readonly maxBytes: number;
  /** The only drivers that may open the input. */
  readonly drivers: readonly string[];
}

/** What a program printed and how it ended. */
export interface GdalResult {
  readonly output: Buffer;
  /** The last lines of what it said of errors. */
  readonly errors: string;
  readonly isSuccess: boolean;
}

const maxErrorCharacters = 4096;
const memoryBytes = 2_000_000_000;

/**
 * Runs a program of GDAL on a file that came from outside: without a shell, without network, with an end to its time,
 * output and memory, and with no driver but the named ones, of which none opens what its input points to.
 *
 * @throws EngineError `process-died` where it takes too long or says too much, or cannot be started.
 */
export async function runBoundedGdal(
  program: 'ogrinfo' | 'ogr2ogr' | 'gdalwarp' | 'gdal_translate',
  args: readonly string[],
  bounds: GdalBounds,
): Promise<GdalResult> {
  const skipped = (await driverNames()).filter((name) => !bounds.drivers.includes(name));
  const env = {
    ...childEnvironment(),
    GDAL_SKIP: skipped.join(','),
    OGR_SKIP: skipped.join(','),
    GDAL_CACHEMAX: '64',
    GDAL_NUM_THREADS: '1',
    CPL_VSIL_ZIP_ALLOWED_EXTENSIONS: '',
  };
  return collect('prlimit', [`--as=${memoryBytes}`, '--', program, ...args], { ...bounds, env });
}

/** Short names of all drivers of this machine's GDAL, asked once. */
let known: Promise<readonly string[]> | undefined;
function driverNames(): Promise<readonly string[]> {
  known ??= Promise.all(['ogrinfo', 'gdalinfo'].map(listDrivers)).then((lists) => [...new Set(lists.flat())]);
  return known;
}

async function listDrivers(program: string): Promise<string[]> {
  const env = childEnvironment();
  const { output } = await collect(program, ['--formats'], { timeoutMs: 20_000, maxBytes: 1_000_000, env });
  return [...output.toString('utf8').matchAll(/^ {2}(\S.*?) -[a-z,]+- /gm)].map((match) => match[1]!);
}

function collect(
  program: string,
  args: readonly string[],
  options: { timeoutMs: number; maxBytes: number; env: NodeJS.ProcessEnv },
): Promise<GdalResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: options.env });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let errors = '';
    const stop = (detail: string): void => {
      child.kill('SIGKILL');
      reject(new EngineError('process-died', detail));
    };
    const timer = setTimeout(() => stop('It took too long to read.'), options.timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > options.maxBytes) stop(`It is larger than ${options.maxBytes} bytes once it is read.`);
      else chunks.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-maxErrorCharacters);
    });
    child.once('error', (error) => stop(`${program} cannot be started: ${error.message}`));
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ output: Buffer.concat(chunks), errors: errors.trim(), isSuccess: code === 0 });
    });
  });
}
