import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createRandom } from '../data/random.ts';
import { type Measurement, runMeasured } from '../measure/run-measured.ts';

const targetRatio = 0.9;

const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '2000' }, rounds: { type: 'string', default: '3' } },
});
const megabytes = Number(values.megabytes);
const rounds = Number(values.rounds);
if (![megabytes, rounds].every((value) => Number.isSafeInteger(value) && value >= 1)) {
  throw new RangeError('--megabytes and --rounds take whole numbers from 1');
}

const root = new URL('../../data/', import.meta.url);
await mkdir(root, { recursive: true });
const folder = await mkdtemp(join(fileURLToPath(root), 'download-'));
try {
  const archive = join(folder, 'archive.zip');
  await writeRandomFile(archive);
  await compare(archive);
} finally {
  await rm(folder, { recursive: true });
}

/** Both in turn, as whole commands, and of each the best round: the disk of a shared machine is not always as fast. */
async function compare(archive: string): Promise<void> {
  const site = spawn(process.execPath, [program('serve-archive.js'), archive], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [url] = (await once(createInterface({ input: site.stdout }), 'line')) as [string];
    const ours: Measurement[] = [];
    const rival: Measurement[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await measure([process.execPath, program('download.js'), url]));
      rival.push(await measure(['curl', '-sSf', `${url}/download/`, '-o']));
    }
    report(best(ours), best(rival));
  } finally {
    site.kill();
  }
}

/** Runs a command that ends with the name of the file it writes, and checks the file's length. */
async function measure(command: readonly [string, ...string[]]): Promise<Measurement> {
  const target = join(folder, 'downloaded.zip');
  const measured = await runMeasured([...command, target], { folder });
  const { size } = await stat(target);
  await rm(target);
  if (size !== megabytes * 1e6) throw new Error(`${command.join(' ')} wrote ${size} bytes`);
  return measured;
}

function best(measured: readonly Measurement[]): Measurement {
  const [first] = measured.toSorted((a, b) => a.seconds - b.seconds);
  if (first === undefined) throw new RangeError('nothing was measured');
  return first;
}

function report(ours: Measurement, rival: Measurement): void {
  const ratio = rival.seconds / ours.seconds;
  console.log(`${megabytes} MB over loopback, ${cpus().length} cores, best of ${rounds}\n`);
  console.log('| | s | MB/s | MB peak |\n| --- | --- | --- | --- |');
  for (const [name, { seconds, peakMegabytes }] of Object.entries({ ours, curl: rival })) {
    const cells = [name, seconds.toFixed(2), (megabytes / seconds).toFixed(0), peakMegabytes.toFixed(0)];
    console.log(`| ${cells.join(' | ')} |`);
  }
  const verdict = ratio >= targetRatio ? 'met' : 'missed';
  console.log(
    `\nours at ${ratio.toFixed(2)} × the speed of curl; the target of ${targetRatio} is ${verdict}`,
  );
}

/** Bytes that do not compress, the same in every run. */
async function writeRandomFile(path: string): Promise<void> {
  const random = createRandom(1);
  const block = Uint8Array.from({ length: 1e6 }, () => Math.floor(random() * 256));
  const file = createWriteStream(path);
  for (let written = 0; written < megabytes; written += 1) {
    if (!file.write(block)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

function program(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
