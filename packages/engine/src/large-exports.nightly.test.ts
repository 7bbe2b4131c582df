import { rmSync } from 'node:fs';

import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { tableOf } from './testing/export-fixture.ts';
import { heavyPoints, manyPoints } from './testing/large-layers.ts';
import { exportMeasured, type MeasuredExport } from './testing/measured-export.ts';
import { runGdal } from './testing/ogr.ts';
import { productExtensions } from './testing/read-product.ts';

/** Exports of the size of the largest layers that a site has; needs 15 GB of disk. Run by `npm run test:nightly`. */
const [fewer, many] = [1_200_000, 12_000_000];
/** Bytes of an index entry that must be held until all are known: an id, a box, a place on the curve. */
const heldBytes = 60;

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

function tell(what: string, { seconds, peakMegabytes, bytes, estimate }: MeasuredExport): void {
  const megabytes = (size: number): string => (size / 1e6).toFixed(0);
  const expected = `estimated ${estimate.items[0]!.secondsEstimate} s and ${megabytes(estimate.sizeEstimateZipped)} MB`;
  process.stdout.write(
    `${what}: ${seconds.toFixed(1)} s, ${peakMegabytes.toFixed(0)} MB peak, archive ${megabytes(bytes)} MB (${expected})\n`,
  );
  expect(Math.abs(estimate.sizeEstimateZipped / bytes - 1)).toBeLessThan(0.25);
}

/** Features of a source by GDAL, which goes through all of them. */
function countOf(product: string): number {
  return Number(/Feature Count: (\d+)/.exec(runGdal('ogrinfo', ['-ro', '-so', '-al', product]))?.[1]);
}

function membersOf(archivePath: string): string[] {
  return runGdal('unzip', ['-Z1', archivePath]).trim().split('\n');
}

describe('12,000,000 features', () => {
  beforeAll(() => {
    for (const count of [fewer, many])
      writeGeoPackage(folder.file(`${count}.gpkg`), { tables: [manyPoints(count)] });
  });

  afterAll(() => {
    for (const count of [fewer, many]) rmSync(folder.file(`${count}.gpkg`));
  });

  test.each([
    'text/csv',
    'application/x-zipped-shp',
    'application/x-ogc-gpkg',
    'application/flatgeobuf',
    'application/vnd.apache.parquet',
  ] as const)('take no more memory than a tenth of them, as %s', async (format) => {
    const runs: MeasuredExport[] = [];
    for (const count of [fewer, many]) {
      const tables = [tableOf(folder.file(`${count}.gpkg`))];
      const run = await exportMeasured({ tables, format, crs: 'EPSG:4326' }, folder.path);
      tell(`${count} points as ${format}`, run);
      expect(run.report.items[0]!.counts.written).toBe(count);
      if (format === 'application/x-zipped-shp' && count === many) expectSplit(run.archivePath);
      else if (format === 'text/csv' || format === 'application/flatgeobuf')
        expect(countOf(`/vsizip/${run.archivePath}/many.${productExtensions[format]}`)).toBe(count);
      rmSync(run.archivePath);
      runs.push(run);
    }
    const [small, large] = runs.map(({ peakMegabytes }) => peakMegabytes) as [number, number];
    // Those with an index hold its entries; nothing else may grow with the features, but for when garbage is collected.
    const isIndexed = format === 'application/x-ogc-gpkg' || format === 'application/flatgeobuf';
    const index = isIndexed ? ((many - fewer) * heldBytes) / 1e6 : 0;
    expect(large).toBeLessThan(small * 1.6 + index);
    expect(large).toBeLessThan(isIndexed ? 1500 : 500);
  });

  function expectSplit(archivePath: string): void {
    const parts = membersOf(archivePath).filter((name) => name.endsWith('.dbf'));
    expect(parts).toEqual(['many/many-part2.dbf', 'many/many.dbf']);
    const listed = runGdal('unzip', ['-l', archivePath]).split('\n');
    for (const line of listed.filter((text) => /\.(dbf|shp)$/.test(text)))
      expect(Number(line.trim().split(/\s+/)[0])).toBeLessThan(2 ** 31);
    const shapes = parts.map((name) => `/vsizip/${archivePath}/${name.replace('.dbf', '.shp')}`);
    expect(shapes.map(countOf).reduce((sum, count) => sum + count, 0)).toBe(many);
  }
});

test('an archive over 4 GB is read back by unzip, Python and GDAL', async () => {
  const source = folder.file('heavy.gpkg');
  writeGeoPackage(source, { tables: [heavyPoints(1_100_000), manyPoints(10_000)] });
  const tables = ['heavy', 'many'].map((name) => tableOf(source, name));
  const run = await exportMeasured({ tables, format: 'text/csv', crs: 'EPSG:4326' }, folder.path);
  rmSync(source);
  tell('1,100,000 points with 4,000 bytes each as text/csv', run);
  expect(run.bytes).toBeGreaterThan(2 ** 32);
  const { archivePath } = run;
  expect(runGdal('unzip', ['-tq', archivePath])).toContain('No errors detected');
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    print(archive.testzip())
    print(max(member.file_size for member in archive.infolist()) > 2**32)
    print(max(member.header_offset for member in archive.infolist()) > 2**32)`;
  expect(runGdal('python3', ['-c', script, archivePath]).trim().split('\n')).toEqual([
    'None',
    'True',
    'True',
  ]);
  expect(countOf(`/vsizip/${archivePath}/heavy/heavy.csv`)).toBe(1_100_000);
  expect(countOf(`/vsizip/${archivePath}/many/many.csv`)).toBe(10_000);
  rmSync(archivePath);
  expect(run.peakMegabytes).toBeLessThan(650);
});
