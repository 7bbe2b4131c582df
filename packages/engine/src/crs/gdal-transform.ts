import { EngineError } from '../engine-error.ts';
import type { GdalCommand } from '../gdal/gdal-command.ts';
import type { Crs } from './crs.ts';
import type { Positions } from './positions.ts';

/** So many positions go as binary values, if they can: fewer take as long as either program's start. */
const fewest = 5000;
/** Positions in one write to the program. */
const chunk = 4096;

/** Whether this machine has GDAL's `gdaltransform`. Runs it once. */
export async function hasGdalTransform(): Promise<boolean> {
  const { runGdal } = await import('../gdal/run-gdal.ts');
  return runGdal({ program: 'gdaltransform', args: ['--version'], drivers: [] }).then(
    () => true,
    () => false,
  );
}

/**
 * Transforms positions in place with PROJ, through GDAL's own programs. x and y of a position without a result become
 * NaN; Z and M stay.
 *
 * @throws EngineError `crs-operation` where the program fails.
 */
export async function gdalTransform(from: Crs, to: Crs, positions: Positions): Promise<void> {
  if (positions.count === 0) return;
  if (positions.count >= fewest) {
    const { ogrTransform } = await import('./ogr-transform.ts');
    if (await ogrTransform(from, to, positions)) return;
  }
  const command: GdalCommand = {
    program: 'gdaltransform',
    args: ['-s_srs', from.code, '-t_srs', to.code, '-output_xy'],
    drivers: [],
  };
  const { runGdal } = await import('../gdal/run-gdal.ts');
  const answers = new AnswerReader(positions.count);
  const input = linesOf(positions);
  const run = {
    input,
    onOutput: (text: string) => answers.read(text),
    failureCode: 'crs-operation',
  } as const;
  try {
    // Positions without a result are named on stderr, and answered by words.
    await runGdal(command, { ...run, toleratesErrors: true });
    if (answers.count < positions.count)
      throw new Error(`it answered ${answers.count} of ${positions.count} positions.`);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const message = `gdaltransform from ${from.code} to ${to.code} failed: ${detail}`;
    throw new EngineError('crs-operation', message, { cause: error });
  }
  answers.writeTo(positions);
}

function* linesOf({ coordinates, stride, count }: Positions): Generator<string> {
  for (let first = 0; first < count; first += chunk) {
    const lines: string[] = [];
    for (let k = first; k < Math.min(first + chunk, count); k++) {
      lines.push(`${coordinates[k * stride]} ${coordinates[k * stride + 1]}\n`);
    }
    yield lines.join('');
  }
}

/** Reads one line an answer, in order: `x y`, or words where the position has no result. */
class AnswerReader {
  readonly #answers: Float64Array;
  #rest = '';
  count = 0;

  constructor(expected: number) {
    this.#answers = new Float64Array(expected * 2);
  }

  read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const space = line.indexOf(' ');
      this.#answers[this.count * 2] = Number(line.slice(0, space));
      this.#answers[this.count * 2 + 1] = Number(line.slice(space + 1));
      this.count += 1;
    }
  }

  writeTo({ coordinates, stride, count }: Positions): void {
    for (let k = 0; k < count; k++) {
      const [x, y] = [this.#answers[k * 2]!, this.#answers[k * 2 + 1]!];
      const isPlace = Number.isFinite(x) && Number.isFinite(y);
      coordinates[k * stride] = isPlace ? x : NaN;
      coordinates[k * stride + 1] = isPlace ? y : NaN;
    }
  }
}
