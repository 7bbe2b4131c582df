import { platform } from '#platform';

import { ExportsError } from '../errors/exports-error.ts';
import type { DownloadedFile, DownloadOptions, StreamedArchive } from './download.ts';
import type { Export } from './export.ts';
import type { State } from './export-fields.ts';
import type { NodeWritable } from './stream-sink.ts';

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

/** Where a run can put the archive. */
export type RunTarget = string | URL | WritableStream<Uint8Array> | NodeWritable;

/** How to run. */
export interface RunOptions<Target extends RunTarget = RunTarget> extends Omit<
  DownloadOptions,
  'onProgress'
> {
  /** Folder or file for the archive, or a stream, which is left open. */
  readonly to: Target;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  /** Aborts the run, and cancels the export if it is still being built. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for the site, in milliseconds. Default: none. */
  readonly deadlineMs?: number | undefined;
  /** See `create`. */
  readonly idempotencyKey?: string | undefined;
}

/** The archive of a run. */
export type RunResult<Result extends StreamedArchive = DownloadedFile> = Result & { readonly export: Export };

/** Create, wait, download; `create` is the manager's. */
export async function runExport(
  wanted: Export,
  { to, deadlineMs, onProgress, ...options }: RunOptions,
  create: () => Promise<Export>,
): Promise<RunResult<StreamedArchive>> {
  await checkTarget(to);
  await create();
  try {
    await wanted.wait({
      signal: options.signal,
      deadlineMs,
      onProgress: (progress) => onProgress?.({ step: 'build', export: wanted, ...progress }),
    });
  } catch (error) {
    if (options.signal?.aborted === true) await cancelQuietly(wanted);
    throw error;
  }
  const how: DownloadOptions = {
    ...options,
    onProgress: (bytes, totalBytes) => onProgress?.({ step: 'download', export: wanted, bytes, totalBytes }),
  };
  const archive = await (isPath(to) ? wanted.download(to, how) : wanted.download(to, how));
  return { ...archive, export: wanted };
}

/** A folder that is not there is better found before the site has built anything. */
async function checkTarget(to: RunTarget): Promise<void> {
  if (isPath(to)) await platform.createFileSink(to, { overwrite: true });
}

function isPath(to: RunTarget): to is string | URL {
  return typeof to === 'string' || to instanceof URL;
}

/** The abort is what the caller hears of; that the export had just ended, or the site left, adds nothing. */
async function cancelQuietly(wanted: Export): Promise<void> {
  try {
    await wanted.cancel({ timeoutMs: 5000 });
  } catch (error) {
    if (!(error instanceof ExportsError)) throw error;
  }
}
