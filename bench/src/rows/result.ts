import type { BenchRow } from './row.ts';
import type { SizedMeasurement } from './run-ours.ts';

/** One row of the results, as `--json` writes it. */
export interface BenchResult {
  readonly id: string;
  readonly title: string;
  readonly ours_s: number;
  readonly rival_s: number;
  readonly ratio: number;
  readonly target: number;
  readonly ours_peak_mb: number;
  readonly rival_peak_mb: number;
  readonly ours_mb: number | null;
  readonly rival_mb: number | null;
  /** The rival was stopped: its time, and so the ratio, is a lower bound. */
  readonly at_least: boolean;
}

/** Compares the two measurements of a row. */
export function compare(row: BenchRow, ours: SizedMeasurement, rival: SizedMeasurement): BenchResult {
  return {
    id: row.id,
    title: row.title,
    ours_s: ours.seconds,
    rival_s: rival.seconds,
    ratio: rival.seconds / ours.seconds,
    target: row.target,
    ours_peak_mb: ours.peakMegabytes,
    rival_peak_mb: rival.peakMegabytes,
    ours_mb: ours.bytes === null ? null : ours.bytes / 1e6,
    rival_mb: rival.bytes === null ? null : rival.bytes / 1e6,
    at_least: rival.isStopped,
  };
}

/** The results as a Markdown table. */
export function formatResults(results: readonly BenchResult[]): string {
  const header = [
    'row',
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
    result.ours_s.toFixed(1),
    `${result.at_least ? 'over ' : ''}${result.rival_s.toFixed(1)}`,
    `${result.at_least ? 'over ' : ''}${result.ratio.toFixed(1)}`,
    String(result.target),
    result.ours_peak_mb.toFixed(0),
    result.rival_peak_mb.toFixed(0),
    `${megabytes(result.ours_mb)} / ${megabytes(result.rival_mb)}`,
  ]);
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function megabytes(value: number | null): string {
  return value === null ? '-' : value.toFixed(0);
}
