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

/** Commands by name; each is given the address of the archive's site and the file to write. */
const commands: Record<string, (url: string, target: string) => readonly [string, ...string[]]> = {
  'ours, with its SHA-256': (url, target) => [process.execPath, program('download.js'), url, target],
  'ours, unverified': (url, target) => [process.execPath, program('download.js'), url, target, 'unverified'],
  curl: (url, target) => ['curl', '-sSf', `${url}/download/`, '-o', target],
  'curl, then openssl dgst': (url, target) => [
    'bash',
    '-c',
    'curl -sSf "$0" -o "$1" && openssl dgst -sha256 "$1"',
    `${url}/download/`,
    target,
  ],
};

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

/** All in turn, as whole commands, and of each the best round: the disk of a shared machine is not always as fast. */
async function compare(archive: string): Promise<void> {
  const site = spawn(process.execPath, [program('serve-archive.js'), archive], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [url] = (await once(createInterface({ input: site.stdout }), 'line')) as [string];
    const measured = new Map<string, Measurement[]>(Object.keys(commands).map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, command] of Object.entries(commands)) {
        measured.get(name)?.push(await measure((target) => command(url, target)));
      }
    }
    report(new Map([...measured].map(([name, all]) => [name, best(all)])));
  } finally {
    site.kill();
  }
}

/** Runs a command and checks the length of the file that it writes. */
async function measure(command: (target: string) => readonly [string, ...string[]]): Promise<Measurement> {
  const target = join(folder, 'downloaded.zip');
  const measured = await runMeasured(command(target), { folder });
  const { size } = await stat(target);
  await rm(target);
  if (size !== megabytes * 1e6) throw new Error(`${command(target).join(' ')} wrote ${size} bytes`);
  return measured;
}

function best(measured: readonly Measurement[]): Measurement {
  const [first] = measured.toSorted((a, b) => a.seconds - b.seconds);
  if (first === undefined) throw new RangeError('nothing was measured');
  return first;
}

function report(measured: ReadonlyMap<string, Measurement>): void {
  const curl = measured.get('curl')?.seconds ?? Number.NaN;
  console.log(`${megabytes} MB over loopback, ${cpus().length} cores, best of ${rounds}\n`);
  console.log("| | s | MB/s | of curl's speed | MB peak |\n| --- | --- | --- | --- | --- |");
  for (const [name, { seconds, peakMegabytes }] of measured) {
    const speed = [(megabytes / seconds).toFixed(0), (curl / seconds).toFixed(2)];
    console.log(`| ${[name, seconds.toFixed(2), ...speed, peakMegabytes.toFixed(0)].join(' | ')} |`);
  }
  console.log(`\nThe target is ${targetRatio} of curl's speed.`);
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
