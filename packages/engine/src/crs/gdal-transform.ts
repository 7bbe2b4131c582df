import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import { childEnvironment } from '../child-environment.ts';
import { EngineError } from '../engine-error.ts';
import type { Crs } from './crs.ts';

/** How much of the program's error output is kept. */
const maxErrorCharacters = 8192;
/** Positions in one write to the program. */
const chunk = 4096;

/** Positions in a row: `stride` values each, x and y first. */
export interface Positions {
  readonly coordinates: Float64Array;
  readonly stride: number;
  readonly count: number;
}

/** Whether this machine has GDAL's `gdaltransform`. Runs it once. */
export async function hasGdalTransform(): Promise<boolean> {
  const child = spawn('gdaltransform', ['--version'], { stdio: 'ignore', env: childEnvironment() });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

/**
 * Transforms positions in place with PROJ, through GDAL's own program. x and y of a position without a result become
 * NaN; Z and M stay.
 *
 * @throws EngineError `crs-operation` where the program fails.
 */
export async function gdalTransform(from: Crs, to: Crs, positions: Positions): Promise<void> {
  if (positions.count === 0) return;
  const child = spawn('gdaltransform', ['-s_srs', from.code, '-t_srs', to.code, '-output_xy'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: childEnvironment(),
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-maxErrorCharacters);
  });
  // A program that dies early closes its input; its output then falls short, which is reported below.
  child.stdin.on('error', () => undefined);
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  try {
    const [read] = await Promise.race([
      Promise.all([readPositions(child.stdout, positions), writePositions(child.stdin, positions)]),
      failed,
    ]);
    if (read === positions.count) return;
    throw new Error(
      `it answered ${read} of ${positions.count} positions. ${errors.trim().split('\n').at(-1) ?? ''}`,
    );
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      'crs-operation',
      `gdaltransform from ${from.code} to ${to.code} failed: ${detail}`,
      {
        cause: error,
      },
    );
  } finally {
    child.kill();
  }
}

async function writePositions(input: Writable, { coordinates, stride, count }: Positions): Promise<void> {
  for (let first = 0; first < count && input.writable; first += chunk) {
    const lines: string[] = [];
    for (let k = first; k < Math.min(first + chunk, count); k++) {
      lines.push(`${coordinates[k * stride]} ${coordinates[k * stride + 1]}\n`);
    }
    if (!input.write(lines.join(''))) await Promise.race([once(input, 'drain'), once(input, 'close')]);
  }
  input.end();
}

/** One line an answer, in order: `x y`, or words where the position has no result. */
async function readPositions(output: Readable, { coordinates, stride, count }: Positions): Promise<number> {
  const read = new Float64Array(count * 2);
  let lines = 0;
  for await (const line of createInterface({ input: output, crlfDelay: Infinity })) {
    if (lines === count) break;
    const space = line.indexOf(' ');
    read[lines * 2] = Number(line.slice(0, space));
    read[lines * 2 + 1] = Number(line.slice(space + 1));
    lines += 1;
  }
  if (lines < count) return lines;
  for (let k = 0; k < count; k++) {
    const isPlace = Number.isFinite(read[k * 2]) && Number.isFinite(read[k * 2 + 1]);
    coordinates[k * stride] = isPlace ? read[k * 2]! : NaN;
    coordinates[k * stride + 1] = isPlace ? read[k * 2 + 1]! : NaN;
  }
  return lines;
}
