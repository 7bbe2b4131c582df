import type { SizedMeasurement } from '../measure/run-measured.ts';
import type { RivalName } from '../rivals/rival.ts';
import type { BenchRow } from './row.ts';

/** One row of the results, as `--json` writes it. */
export interface BenchResult {
  readonly id: string;
  readonly title: string;
  readonly rival: RivalName | 'ours';
  /** Medians. */
  readonly ours_s: number;
  readonly rival_s: number;
  /** The rival's time divided by ours, of each round; the median of them. */
  readonly ratio: number;
  readonly target: number | null;
  /** The most of all rounds. */
  readonly ours_peak_mb: number;
  readonly rival_peak_mb: number;
  readonly ours_mb: number | null;
  readonly rival_mb: number | null;
  /** The rival was stopped: its time, and so the ratio, is a lower bound. */
  readonly at_least: boolean;
}

/** Ours and a rival, one after the other. */
export interface Round {
  readonly ours: SizedMeasurement;
  readonly rival: SizedMeasurement;
}

/** What the rounds of a row against one rival come to. */
export function compare(row: BenchRow, rival: RivalName, rounds: readonly Round[]): BenchResult {
  const ours = rounds.map((round) => round.ours);
  const theirs = rounds.map((round) => round.rival);
  return {
    id: rival === 'gdal' ? row.id : `${row.id}/${rival}`,
    title: row.title,
    rival,
    ours_s: median(ours.map(({ seconds }) => seconds)),
    rival_s: median(theirs.map(({ seconds }) => seconds)),
    ratio: median(rounds.map((round) => round.rival.seconds / round.ours.seconds)),
    target: row.targets[rival] ?? null,
    ours_peak_mb: Math.max(...ours.map(({ peakMegabytes }) => peakMegabytes)),
    rival_peak_mb: Math.max(...theirs.map(({ peakMegabytes }) => peakMegabytes)),
    ours_mb: megabytes(ours),
    rival_mb: megabytes(theirs),
    at_least: theirs.some(({ isStopped }) => isStopped),
  };
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

function megabytes(measurements: readonly SizedMeasurement[]): number | null {
  const bytes = measurements.at(-1)?.bytes ?? null;
  return bytes === null ? null : bytes / 1e6;
}

/** The results as a Markdown table. */
export function formatResults(results: readonly BenchResult[]): string {
  const header = [
    'row',
    'against',
    'ours, s',
    'rival, s',
    'ratio',
    'target',
    'ours, MB peak',
    'rival, MB peak',
    'zip, MB: ours / rival',
  ];
  const rows = results.map((result) => [
    result.title,
    result.rival,
    result.ours_s.toFixed(1),
    `${result.at_least ? 'over ' : ''}${result.rival_s.toFixed(1)}`,
    `${result.at_least ? 'over ' : ''}${result.ratio.toFixed(1)}`,
    result.target === null ? '-' : String(result.target),
    result.ours_peak_mb.toFixed(0),
    result.rival_peak_mb.toFixed(0),
    `${size(result.ours_mb)} / ${size(result.rival_mb)}`,
  ]);
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function size(value: number | null): string {
  return value === null ? '-' : value.toFixed(0);
}
