import {
  type FeatureCounts,
  findFormat,
  formatLabel,
  type ItemReport,
  type RasterItemReport,
} from '@outcrop/contract';

import { describeCrs } from '../crs/crs.ts';
import type { ExportPlan, PlannedItem } from '../plan/plan.ts';
import { positionCount } from './request-text.ts';

/** What `{slug}.txt` tells beside the plan. */
export interface ItemTextFacts {
  readonly report: ItemReport;
  /** ISO 8601, UTC. */
  readonly modified: string;
  /** How the region was repaired, or null. */
  readonly repaired: string | null;
}

const width = 100;
/** A region is printed whole up to so many positions; `request.json` has all of it. */
const maxPrintedPositions = 20;

/**
 * `{slug}.txt`: what a person wants to know who finds the file in a year: title, publisher, licence, where it came from
 * and what was done to it (wire contract, section 13).
 */
export function itemText(plan: ExportPlan, item: PlannedItem, facts: ItemTextFacts): string {
  const { layer } = item;
  const format = findFormat(item.mimetype);
  const sections = [
    `${layer.title}\n${'='.repeat(Math.min(layer.title.length, width))}`,
    lines([
      ['Source', layer.url],
      ['Publisher', layer.publisher],
      ['Version', `${layer.version}, last changed ${facts.modified}`],
    ]),
    layer.description.trim(),
    licenceText(item),
    `This export\n-----------\n${lines([
      ['Archive', `${plan.name}.zip`],
      ['Format', format === undefined ? item.mimetype : formatLabel(format, item.kind)],
      ['CRS', item.kind === 'table' ? '' : crsText(plan.crs)],
      ['Files', facts.report.files.join(', ')],
    ])}`,
    cropText(plan, item, facts.repaired),
    happenedText(facts.report),
    lossText(facts.report),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function lines(entries: readonly (readonly [string, string])[]): string {
  return entries
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${`${name}:`.padEnd(11)} ${value}`)
    .join('\n');
}

function licenceText({ layer }: PlannedItem): string {
  const { licence } = layer;
  if (licence === null) return 'Licence\n-------\nThe publisher states no licence. Ask before you use it.';
  const parts = [
    licence.title,
    licence.url,
    licence.attribution === null ? null : `Attribution: ${licence.attribution}`,
    licence.text,
  ];
  return `Licence\n-------\n${parts.filter((part) => part !== null && part !== '').join('\n')}`;
}

function crsText(crs: string | null): string {
  const description = crs === null ? null : describeCrs(crs);
  return description === null
    ? ''
    : `${description.code} ${description.name} (coordinates in files are x, y)`;
}

function cropText(plan: ExportPlan, item: PlannedItem, repaired: string | null): string {
  if (plan.region === null) return '';
  if (item.kind === 'table') return 'Crop\n----\nTables have no location: every row is here.';
  const { coordinates } = plan.region.geometry;
  const count = positionCount(plan.region);
  const verbs = {
    clip: 'cut at its edge',
    intersects: 'kept whole where they meet it',
    within: 'kept where they are wholly inside',
  };
  const what =
    item.kind === 'vector'
      ? `Features are ${verbs[plan.cropMode]}.`
      : 'Pixels are kept where their centres are inside.';
  const shape =
    count <= maxPrintedPositions
      ? `longitude latitude: ${coordinates
          .flat(2)
          .map((position) => position.join(' '))
          .join(', ')}`
      : `${count} positions, from ${extentOf(coordinates.flat())}; request.json has all of it`;
  const name = plan.region.name === null ? 'A drawn region' : `Region: ${plan.region.name}`;
  const note = repaired === null ? [] : [`The region was repaired: ${repaired}.`];
  return ['Crop', '----', `${name}, ${shape}.`, what, ...note].join('\n');
}

function extentOf(rings: readonly (readonly (readonly number[])[])[]): string {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (const position of ring) {
      west = Math.min(west, position[0]!);
      east = Math.max(east, position[0]!);
      south = Math.min(south, position[1]!);
      north = Math.max(north, position[1]!);
    }
  }
  return `${west} ${south} to ${east} ${north}`;
}

function happenedText(report: ItemReport): string {
  const { counts, raster } = report;
  return raster === undefined ? countsText(report, counts) : pixelsText(report, raster);
}

function pixelsText(report: ItemReport, raster: RasterItemReport): string {
  const { tiles_read: read, tiles_in_layer: all, files_written: written, pixels } = raster;
  const words = {
    none: 'Pixels are those of the source, unaltered.',
    nearest: 'Pixels are resampled: nearest neighbour.',
    cubic: 'Pixels are resampled: cubic.',
  };
  const voids: Readonly<Record<string, string>> = {
    none: 'Every pixel has a value.',
    nothing: 'Pixels without data are 0, as others may be.',
    alpha: 'Pixels without data are transparent.',
    mask: 'Pixels without data are masked.',
  };
  return [
    'What happened',
    '-------------',
    `${grouped(read)} of ${grouped(all)} tiles are here, in ${grouped(written)} ${written === 1 ? 'file' : 'files'} of ${grouped(pixels)} pixels in all.`,
    `  A pixel is ${raster.pixel_size.join(' by ')} units of the CRS.`,
    `  ${words[raster.resampling]}`,
    `  ${voids[raster.no_data] ?? `Pixels without data have the value ${raster.no_data}.`}`,
    ...movedText(report),
  ].join('\n');
}

function movedText({ coordinate_operation: operation }: ItemReport): string[] {
  if (operation === null || operation.method === 'none') return [];
  return [`Coordinates: ${operation.from} to ${operation.to}. ${operation.detail}`];
}

function countsText(report: ItemReport, counts: FeatureCounts): string {
  const { excluded_by: excluded } = counts;
  const facts: (readonly [number, string])[] = [
    [counts.whole, 'as they are'],
    [counts.clipped, 'cut by the region'],
    [counts.repaired, 'repaired, as they were invalid and had to be cut'],
    [counts.cut_at_antimeridian, 'cut in two at the antimeridian'],
    [excluded.outside_region, 'left out: outside the region'],
    [excluded.crumb, 'left out: they only touch the region'],
    [excluded.not_projectable, 'left out: they have no place in this CRS'],
  ];
  const told = facts.filter(([count]) => count > 0).map(([count, what]) => `  ${grouped(count)} ${what}`);
  return [
    'What happened',
    '-------------',
    `${grouped(counts.written)} of ${grouped(counts.read)} features are here.`,
    ...told,
    ...movedText(report),
  ].join('\n');
}

function lossText({ losses }: ItemReport): string {
  if (losses.length === 0) return '';
  const told = losses.map(({ detail, field, count }) => {
    const what = field === undefined || detail.includes(field) ? detail : `${field}: ${detail}`;
    return count > 1 ? `  ${what} (${grouped(count)} times)` : `  ${what}`;
  });
  return ['What this format could not keep', '-------------------------------', ...told].join('\n');
}

/** A count as people read it: 135,233. */
function grouped(count: number): string {
  return count.toLocaleString('en');
}
