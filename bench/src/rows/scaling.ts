import type { BenchSite } from '../data/prepare-site.ts';
import { median } from './result.ts';
import type { BenchRow } from './row.ts';
import { runOurs } from './run-ours.ts';

/** The comparisons of ours with ours. */
export const scalingIds = ['parcels-5m', 'one-core', 'one-core-5m'] as const;
/** One of them. */
export type ScalingId = (typeof scalingIds)[number];

/** Ours against ours: on other data, or on another number of cores. As `--json` writes it. */
export interface ScalingResult {
  readonly id: ScalingId;
  readonly title: string;
  /** What is looked at, and what it is compared with, medians. */
  readonly ours_s: number;
  readonly rival_s: number;
  readonly ratio: number;
  readonly target: number;
  readonly ours_peak_mb: number;
  readonly rival_peak_mb: number;
}

/** What both comparisons need. */
export interface ScalingOptions {
  readonly row: BenchRow;
  readonly folder: string;
  readonly rounds: number;
}

/** Ten times the features: the time is to grow with them and the memory is not. `ratio` is time over time. */
export async function compareSizes(
  { small, large }: { small: BenchSite; large: BenchSite },
  options: ScalingOptions,
): Promise<ScalingResult> {
  const { ours, rival } = await inTurn(options, { ours: { site: large }, rival: { site: small } });
  return {
    id: 'parcels-5m',
    title: `5,000,000 parcels against 500,000, ${options.row.title} (time and memory at most)`,
    ...figures(ours, rival),
    ratio: ours.seconds / rival.seconds,
    target: 11,
  };
}

/** One core against two. `ratio` is the time on one over the time on two. */
export async function compareCores(
  { id, site, parcels }: { id: ScalingId; site: BenchSite; parcels: string },
  options: ScalingOptions,
): Promise<ScalingResult> {
  const { ours, rival } = await inTurn(options, { ours: { site }, rival: { site, isOnOneCore: true } });
  return {
    id,
    title: `two cores against one, ${parcels} parcels, ${options.row.title}`,
    ...figures(ours, rival),
    ratio: rival.seconds / ours.seconds,
    target: 1.7,
  };
}

/** Amdahl's law from the times on one and on two cores, seconds: an estimate on paper. */
export function estimateOnCores({ one, two, cores }: { one: number; two: number; cores: number }): number {
  const shared = Math.min(2 * (one - two), one);
  return one - shared + shared / cores;
}

interface Figures {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

type Variant = { readonly site: BenchSite; readonly isOnOneCore?: boolean };

async function inTurn(
  { row, folder, rounds }: ScalingOptions,
  variants: { readonly ours: Variant; readonly rival: Variant },
): Promise<{ ours: Figures; rival: Figures }> {
  const [ours, rival]: [Figures[], Figures[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(await runOurs(row, { ...variants.ours, folder }));
    rival.push(await runOurs(row, { ...variants.rival, folder }));
  }
  return { ours: summarise(ours), rival: summarise(rival) };
}

function summarise(runs: readonly Figures[]): Figures {
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    peakMegabytes: Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes)),
  };
}

function figures(
  ours: Figures,
  rival: Figures,
): Pick<ScalingResult, 'ours_s' | 'rival_s' | 'ours_peak_mb' | 'rival_peak_mb'> {
  return {
    ours_s: ours.seconds,
    rival_s: rival.seconds,
    ours_peak_mb: ours.peakMegabytes,
    rival_peak_mb: rival.peakMegabytes,
  };
}

/** The results as a Markdown table, with the estimate for more cores. */
export function formatScaling(results: readonly ScalingResult[]): string {
  const rows = results.map((result) => [
    result.title,
    `${result.ours_s.toFixed(1)} / ${result.rival_s.toFixed(1)}`,
    result.ratio.toFixed(2),
    String(result.target),
    `${result.ours_peak_mb.toFixed(0)} / ${result.rival_peak_mb.toFixed(0)}`,
  ]);
  const header = ['comparison', 'times, s', 'ratio', 'target', 'MB peak'];
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
