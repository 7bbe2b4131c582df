import { ExportsError } from '../errors/exports-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import { isNode } from '../node/environment.ts';
import type { DownloadedFile } from './download.ts';
import type { Export } from './export.ts';
import type { State } from './export-fields.ts';

/** How far a run is: the site builds the archive, then it is downloaded. */
export type RunProgress =
  | {
      readonly step: 'build';
      readonly export: Export;
      readonly state: State;
      readonly progress: number | null;
      readonly stage: string | null;
    }
  | {
      readonly step: 'download';
      readonly export: Export;
      readonly bytes: number;
      readonly totalBytes: number | null;
    };

/** How to run. */
export interface RunOptions {
  /** Folder or file for the archive. */
  readonly to: string | URL;
  readonly overwrite?: boolean | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  /** Aborts the run, and cancels the export if it is still being built. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for the site, in milliseconds. Default: none. */
  readonly deadlineMs?: number | undefined;
}

/** The archive of a run. */
export interface RunResult extends DownloadedFile {
  readonly export: Export;
}

/** Create, wait, download; `create` is the manager's. */
export async function runExport(
  wanted: Export,
  options: RunOptions,
  create: () => Promise<Export>,
): Promise<RunResult> {
  const { to, signal, deadlineMs, overwrite, onProgress } = options;
  await checkTarget(to);
  await create();
  try {
    await wanted.wait({
      signal,
      deadlineMs,
      onProgress: (progress) => onProgress?.({ step: 'build', export: wanted, ...progress }),
    });
  } catch (error) {
    if (signal?.aborted === true) await cancelQuietly(wanted);
    throw error;
  }
  const file = await wanted.download(to, {
    signal,
    overwrite,
    onProgress: (bytes, totalBytes) => onProgress?.({ step: 'download', export: wanted, bytes, totalBytes }),
  });
  return { ...file, export: wanted };
}

/** A folder that is not there is better found before the site has built anything. */
async function checkTarget(to: string | URL): Promise<void> {
  if (!isNode())
    throw new InvalidArgumentError(
      'A browser cannot write to a path; create the export, wait() for it and download() a stream',
    );
  const { createFileSink } = await import('../node/file-sink.ts');
  await createFileSink(to, { overwrite: true });
}

/** The abort is what the caller hears of; that the export had just ended, or the site left, adds nothing. */
async function cancelQuietly(wanted: Export): Promise<void> {
  try {
    await wanted.cancel({ timeoutMs: 5000 });
  } catch (error) {
    if (!(error instanceof ExportsError)) throw error;
  }
}
