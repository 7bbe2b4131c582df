import { spawnSync } from 'node:child_process';

import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { exportPlan, exportWish, planOf, tableOf } from './testing/export-fixture.ts';
import { readWithOgr } from './testing/ogr.ts';

let folder: TemporaryFolder;
let path: string;

const names = [
  `a"; DROP TABLE gpkg_contents; --`,
  `it's`,
  '../../../../tmp/escaped',
  '/etc/absolute',
  String.raw`C:\windows\win.ini`,
  'CON',
  'nul.txt',
  '-overwrite',
  'line\nbreak',
  '\u001b[31mred',
  '<script>alert(1)</script>',
  '=cmd|calc',
];
const column = `v"al'ue; --`;

beforeAll(async () => {
  folder = await temporaryFolder();
  path = folder.file('hostile.gpkg');
  writeGeoPackage(path, {
    tables: names.map((name, index) => ({
      name,
      geometry: { epsg: 4326, type: 'POINT' },
      columns: [{ name: column, type: 'TEXT' as const }],
      features: [
        { attributes: { [column]: `=1+${index}` }, geometry: { type: 'Point', coordinates: [174, -41] } },
        {
          attributes: { [column]: '@SUM(A1)\u001b[2J"; --' },
          geometry: { type: 'Point', coordinates: [175, -41] },
        },
      ],
    })),
  });
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** The members of a zip as Python's reader lists them: it hides nothing. */
function membersOf(archive: string): string[] {
  const program = 'import json, sys, zipfile; print(json.dumps(zipfile.ZipFile(sys.argv[1]).namelist()))';
  const { stdout, stderr } = spawnSync('python3', ['-c', program, archive], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}

/** On every system a relative path of harmless names, none of which Windows keeps for itself. */
function expectHarmless(member: string): void {
  for (const part of member.split('/')) {
    expect(part).toMatch(/^[\w][\w.-]*$/);
    expect(part).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
    expect(part).not.toMatch(/^\.|\.$/);
  }
}

describe.each([
  'application/x-ogc-gpkg',
  'application/x-zipped-shp',
  'text/csv',
  'application/geo+json',
] as const)('as %s', (format) => {
  test('layers of hostile names are exported whole, into members of harmless names, each once', async () => {
    const tables = names.map((name) => tableOf(path, name));
    const { archivePath, report } = await exportWish({ tables, format }, folder.path);
    expect(report.items.map(({ counts }) => counts.written)).toEqual(names.map(() => 2));
    const members = membersOf(archivePath);
    members.forEach(expectHarmless);
    expect(new Set(members.map((member) => member.toLowerCase())).size).toBe(members.length);
  });
});

test('titles alike or reserved are members apart, as the layers of a site may be named by anyone', async () => {
  const plan = await planOf(
    { tables: [tableOf(path, 'CON'), tableOf(path, 'CON')], format: 'text/csv' },
    folder.path,
  );
  const members = membersOf((await exportPlan(plan, folder.path)).archivePath);
  members.forEach(expectHarmless);
  expect(members.filter((member) => member.endsWith('.csv'))).toHaveLength(2);
});

/** A value that a spreadsheet would compute is the publisher's, and a minus begins many: altering it would be a loss. */
test('a CSV has texts as they are, also where a spreadsheet would take them for formulas', async () => {
  const { archivePath } = await exportWish(
    { tables: [tableOf(path, `it's`)], format: 'text/csv' },
    folder.path,
  );
  const csv = membersOf(archivePath).find((member) => member.endsWith('.csv'))!;
  const { stdout } = spawnSync('unzip', ['-p', archivePath, csv], { encoding: 'utf8' });
  expect(stdout).toContain('=1+1\r\n');
  const [first] = readWithOgr(`/vsizip/${archivePath}/${csv}`);
  expect(Object.values(first!.properties)).toContain('=1+1');
});
