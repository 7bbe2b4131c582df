import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { type Measurement, runMeasured } from '../measure/run-measured.ts';
import { type ArchiveSite, serveArchive } from './archive-site.ts';

const targetRatio = 0.9;

const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '2000' }, rounds: { type: 'string', default: '3' } },
});
const megabytes = Number(values.megabytes);
const rounds = Number(values.rounds);
if (![megabytes, rounds].every((value) => Number.isSafeInteger(value) && value >= 1)) {
  throw new RangeError('--megabytes and --rounds take whole numbers from 1');
}

/** Commands by name; each is given the site and the file to write. */
const commands: Record<string, (site: ArchiveSite, target: string) => readonly [string, ...string[]]> = {
  'ours, with its SHA-256': (site, target) => [process.execPath, ...ours(site, target)],
  'ours, unverified': (site, target) => [process.execPath, ...ours(site, target), 'unverified'],
  curl: (site, target) => ['curl', '-sSfL', site.archiveUrl.href, '-o', target],
  'curl, then openssl dgst': (site, target) => [
    'bash',
    '-c',
    'curl -sSfL "$0" -o "$1" && openssl dgst -sha256 "$1"',
    site.archiveUrl.href,
    target,
  ],
};

const root = fileURLToPath(new URL('../../data/', import.meta.url));
await mkdir(root, { recursive: true });
await compare();

/** All in turn, as whole commands, and of each the best round: the disk of a shared machine is not always as fast. */
async function compare(): Promise<void> {
  const folder = await mkdtemp(join(root, 'download-'));
  try {
    await using site = await serveArchive(root, megabytes);
    const measured = new Map<string, Measurement[]>(Object.keys(commands).map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, command] of Object.entries(commands)) {
        const target = join(folder, 'downloaded.zip');
        measured.get(name)?.push(await measure(command(site, target), { site, folder, target }));
      }
    }
    report(site, new Map([...measured].map(([name, all]) => [name, best(all)])));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs a command and checks the length of the file that it writes. */
async function measure(
  command: readonly [string, ...string[]],
  { site, folder, target }: { site: ArchiveSite; folder: string; target: string },
): Promise<Measurement> {
  const measured = await runMeasured(command, { folder });
  const { size } = await stat(target);
  await rm(target);
  if (size !== site.archiveBytes) throw new Error(`${command.join(' ')} wrote ${size} bytes`);
  return measured;
}

function best(measured: readonly Measurement[]): Measurement {
  const [first] = measured.toSorted((a, b) => a.seconds - b.seconds);
  if (first === undefined) throw new RangeError('nothing was measured');
  return first;
}

function report({ archiveBytes }: ArchiveSite, measured: ReadonlyMap<string, Measurement>): void {
  const curl = measured.get('curl')?.seconds ?? Number.NaN;
  const size = archiveBytes / 1e6;
  console.log(
    `${size.toFixed(0)} MB from a site of Outcrop over loopback, ${cpus().length} cores, best of ${rounds}\n`,
  );
  console.log(
    "| | s | MB/s | of curl's speed | processor, s | MB peak |\n| --- | --- | --- | --- | --- | --- |",
  );
  for (const [name, { seconds, processorSeconds, peakMegabytes }] of measured) {
    const speed = [(size / seconds).toFixed(0), (curl / seconds).toFixed(2)];
    const cells = [seconds.toFixed(2), ...speed, processorSeconds.toFixed(1), peakMegabytes.toFixed(0)];
    console.log(`| ${[name, ...cells].join(' | ')} |`);
  }
  console.log(`\nThe target is ${targetRatio} of curl's speed.`);
}

function ours({ url, exportId }: ArchiveSite, target: string): string[] {
  return [fileURLToPath(new URL('download.js', import.meta.url)), url, String(exportId), target];
}
