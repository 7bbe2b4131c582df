import { expect, test } from 'vitest';

import type { Envelope } from '../features/geometry-array.ts';
import { Comparisons } from './comparison.ts';
import { CoordinateOperations } from './coordinate-operation.ts';
import { type Crs, findCrs } from './crs.ts';

const crs = (code: number): Crs => findCrs(`EPSG:${code}`)!;

/** Counts how often PROJ's program is started. */
class CountedComparisons extends Comparisons {
  readonly asked: string[] = [];
  override of(...args: Parameters<Comparisons['of']>): ReturnType<Comparisons['of']> {
    const [pair, area, size] = args;
    const key = `${pair.from.code} ${pair.to.code} ${area.join(' ')} ${size}`;
    if (!this.asked.includes(key)) this.asked.push(key);
    return super.of(...args);
  }
}

const wellington: Envelope = [1_740_000, 5_420_000, 1_760_000, 5_440_000];
const auckland: Envelope = [1_750_000, 5_910_000, 1_765_000, 5_930_000];

test('regions of one country are compared once, and the report does not tell which was first', async () => {
  const comparisons = new CountedComparisons();
  const reports = async (areas: readonly Envelope[], from = comparisons): Promise<unknown[]> => {
    const operations = new CoordinateOperations({}, from);
    const chosen = [];
    for (const area of areas) chosen.push((await operations.choose(crs(2193), crs(4326), area)).report);
    return chosen;
  };
  const [first, second] = await reports([wellington, auckland]);
  expect(comparisons.asked).toHaveLength(1);
  expect(first).toMatchObject({ method: 'proj4', certified: true, compared_points: 41 * 41 });
  expect((first as { detail: string }).detail).toMatch(
    /on 1681 points over the area from \S+ \S+ to \S+ \S+, which holds the data/,
  );
  const [secondAlone] = await reports([auckland], new CountedComparisons());
  expect(secondAlone).toEqual(second);
});

test('areas that differ by less than what is told have one report, whoever asks first', async () => {
  const shifted = wellington.map((value) => value + 0.001) as unknown as Envelope;
  const ask = async (areas: readonly Envelope[]): Promise<unknown> => {
    const operations = new CoordinateOperations();
    const chosen = [];
    for (const area of areas) chosen.push((await operations.choose(crs(2193), crs(3857), area)).report);
    return chosen.at(-1);
  };
  expect(await ask([shifted, wellington])).toEqual(await ask([wellington]));
});

test('where the kernel is not good enough over more, the area itself decides, as it did', async () => {
  // GDA94 to GDA2020, 1.8 m: of the first the kernel believes that it is WGS 84.
  const area: Envelope = [300_000, 6_200_000, 310_000, 6_210_000];
  const { report } = await new CoordinateOperations().choose(crs(28356), crs(7856), area);
  expect(report).toMatchObject({ method: 'proj', certified: true, compared_points: 21 * 21 });
  expect(report.detail).toContain('PROJ itself');
});

test('the whole world stays the whole world: no latitude beyond a pole is compared', async () => {
  const { report } = await new CoordinateOperations().choose(crs(4326), crs(4269), [-180, -90, 180, 90]);
  expect(report.certified).toBe(true);
  const mercator = await new CoordinateOperations().choose(crs(4326), crs(3857), [-180, -85, 180, 85]);
  expect(mercator.report).toMatchObject({ method: 'proj4', certified: true });
});
