import { availableParallelism } from 'node:os';
import { deflateRawSync } from 'node:zlib';

import { findFormat } from '@outcrop/contract';

import { hasOutline, positionCount, requestIndent } from '../archive/request-text.ts';
import type { Size } from '../archive/zipped-size.ts';
import type { Layer } from '../source/layer.ts';
import type { ItemSample } from './item-sample.ts';
import type { ExportRequest, Region } from './request.ts';

/** What an item will cost. */
export interface Estimate {
  /** Bytes. */
  readonly unzipped: number;
  readonly zipped: number;
  readonly seconds: number;
}

/** Of each item: what `{slug}.txt`, `report.json`, `manifest.json` and their headers hold beside the layer's own texts. */
const textBytes = { unzipped: 2800, zipped: 1500 } as const;
/** Positions of a region that are compressed, to know what all of them take in `request.json`. */
const samplePositions = 2000;

/** Bytes of the product that one thread converts and packs in a second, by the format's short code. */
const bytesPerSecond: Readonly<Record<string, number>> = {
  GPKG: 19_000_000,
  SHP: 28_000_000,
  CSV: 28_000_000,
  GEOJSON: 28_000_000,
  FGB: 24_000_000,
  PARQUET: 24_000_000,
  SQL: 50_000_000,
  MIF: 40_000_000,
};
const otherBytesPerSecond = 24_000_000;
/** With fewer bytes than this the work is not shared out. */
const sharedBytes = 18_000_000;
/** Threads beyond this wait for the disk, and for what one thread does alone. */
const mostThreads = 8;
const startSeconds = 0.5;
const secondsPerClip = 0.0002;

/** Estimates the archive's part of an item from a sample of it. */
export function estimateItem(mimetype: string, layer: Layer, sample: ItemSample): Estimate {
  const texts = `${layer.title}${layer.description}${Object.values(layer.licence ?? {}).join('')}`;
  const unzipped = sample.size.unzipped + textBytes.unzipped + Buffer.byteLength(texts);
  const speed = bytesPerSecond[findFormat(mimetype)?.shortCode ?? ''] ?? otherBytesPerSecond;
  const threads = unzipped < sharedBytes ? 1 : Math.min(availableParallelism(), mostThreads);
  const work = unzipped / speed + sample.clipped * secondsPerClip;
  return {
    unzipped,
    zipped: sample.size.zipped + textBytes.zipped + deflateRawSync(texts).length,
    seconds: Math.round((startSeconds + work / threads) * 10) / 10,
  };
}

/** Estimates what `request.json` takes, of which the region is nearly all where it is written out. */
export function estimateRequest(request: Pick<ExportRequest, 'region' | 'body'>): Size {
  const { region } = request;
  if (region === null || !hasOutline(request)) return { unzipped: 0, zipped: 0 };
  const total = positionCount(region);
  const some = firstPositions(region);
  const text = JSON.stringify(some, null, requestIndent(request));
  const scale = total / Math.max(some.length, 1);
  return {
    unzipped: Math.round(text.length * scale),
    zipped: Math.round(deflateRawSync(text, { level: 2 }).length * scale),
  };
}

function firstPositions({ geometry }: Region): unknown[] {
  const some: unknown[] = [];
  for (const ring of geometry.coordinates.flat()) {
    some.push(...ring.slice(0, samplePositions - some.length));
    if (some.length >= samplePositions) break;
  }
  return some;
}
