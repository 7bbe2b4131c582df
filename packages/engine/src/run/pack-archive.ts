import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import type { Manifest, Report } from '@outcrop/contract';

import { ArchiveWriter } from '../archive/archive-writer.ts';
import { itemText } from '../archive/item-text.ts';
import { requestText } from '../archive/request-text.ts';
import { engineVersion } from '../engine-version.ts';
import { EngineError } from '../engine-error.ts';
import { inMegabytes } from '../formats/format-limit.ts';
import type { ExportPlan } from '../plan/plan.ts';
import type { FinishedItem } from './finished-item.ts';
import type { RunProgress } from './run-progress.ts';

/** An archive that was packed. */
export interface PackedArchive {
  readonly bytes: number;
  /** Of all members together, before they were packed. */
  readonly unzippedBytes: number;
  /** Hex, of the archive. */
  readonly sha256: string;
  readonly report: Report;
}

/** What is packed, and how that is watched and stopped. */
export interface PackOptions {
  /** The archive; it must not exist. */
  readonly path: string;
  /** All items of the plan. */
  readonly items: readonly FinishedItem[];
  readonly signal?: AbortSignal | undefined;
  /** `fraction` is of the packing. */
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/** Packs an archive. Flat for a single item in one piece, else a folder for each (wire contract, section 13). */
export async function packArchive(plan: ExportPlan, options: PackOptions): Promise<PackedArchive> {
  const { path, items, signal, onProgress } = options;
  const report = reportOf(plan, items);
  const total = totalBytes(items);
  let done = 0;
  const archive = await ArchiveWriter.create(path, {
    ...(signal && { signal }),
    onBytes: (bytes) => {
      done += bytes;
      checkSize(archive.length, plan.maxArchiveBytes ?? Infinity);
      const fraction = Math.min(done / Math.max(total, 1), 1) * 0.99;
      onProgress?.({ fraction, stage: 'Packing the archive' });
    },
  });
  try {
    for (const [index, item] of plan.items.entries()) {
      const result = items[index]!;
      const folder = isFlat(plan, result) ? '' : `${item.slug}/`;
      for (const { name, path } of result.files) {
        const early = result.early === undefined ? null : { pieces: result.early, name };
        await archive.addFile(`${folder}${name}`, path, early);
      }
      const { report: happened, modified, crop } = result;
      const text = itemText(plan, item, { report: happened, modified, repaired: crop?.repaired ?? null });
      await archive.addText(`${folder}${item.slug}.txt`, text);
    }
    await archive.addText('request.json', requestText(plan));
    await archive.addText('report.json', json(report));
    const manifest: Manifest = {
      manifest_version: 1,
      name: plan.name,
      engine: engineVersion(),
      members: archive.manifest,
    };
    await archive.addText('manifest.json', json(manifest));
    const bytes = await archive.finish();
    checkSize(bytes, plan.maxArchiveBytes ?? Infinity);
    const unzippedBytes = archive.manifest.reduce((sum, member) => sum + member.bytes, 0);
    const [sha256] = await Promise.all([digest(path), archive.sync()]);
    return { bytes, unzippedBytes, sha256, report };
  } finally {
    await archive.close();
  }
}

/** The estimate is one; what counts is what comes of it. */
function checkSize(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new EngineError(
    'format-limit',
    `The archive has come to ${inMegabytes(bytes)} and would go on; this site allows ${inMegabytes(maxBytes)}. Choose a smaller area or fewer items.`,
  );
}

function isFlat(plan: ExportPlan, { report }: FinishedItem): boolean {
  const isOneFile = (report.raster?.files_written ?? 1) === 1;
  return plan.items.length === 1 && isOneFile && !report.losses.some(({ code }) => code === 'file-split');
}

function totalBytes(items: readonly FinishedItem[]): number {
  return items.flatMap(({ files }) => files).reduce((sum, { bytes }) => sum + bytes, 0);
}

function reportOf(plan: ExportPlan, items: readonly FinishedItem[]): Report {
  const projected = items.find(({ crop }) => crop !== null)?.crop;
  return {
    report_version: 1,
    engine: engineVersion(),
    crs: plan.crs,
    crop:
      plan.region === null
        ? null
        : {
            mode: plan.cropMode,
            region: plan.region.name ?? 'drawn',
            repaired: projected?.repaired ?? null,
            tolerance: projected?.tolerance ?? 'not used: no item has a location',
          },
    items: items.map(({ report }) => report),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
