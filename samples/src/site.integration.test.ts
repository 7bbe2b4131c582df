import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { temporaryFolder } from '@outcrop/testkit';
import { describe, expect, it } from 'vitest';

import { writeBlueMarble } from './blue-marble.ts';
import { writeCities } from './cities.ts';
import { writeCountries } from './countries.ts';
import { writeEarthquakes } from './earthquakes.ts';
import { writeMaungaWhau } from './maunga-whau.ts';

/** What a GDAL program says, warnings included. */
function gdal(program: string, ...rest: string[]): string {
  return execFileSync('sh', ['-c', 'exec "$0" "$@" 2>&1', program, ...rest], { encoding: 'utf8' });
}

function countWhere(file: URL, sql: string): number {
  const output = gdal('ogrinfo', '-q', fileURLToPath(file), '-dialect', 'sqlite', '-sql', sql);
  return Number(/ = (\d+)/.exec(output)?.[1]);
}

describe('the demo site', () => {
  it('has countries that are all valid polygons', async () => {
    await using folder = await temporaryFolder();
    const file = new URL('countries.gpkg', folder.url);
    await writeCountries(file);
    expect(gdal('ogrinfo', '-so', '-al', fileURLToPath(file))).not.toMatch(/warning|error/i);
    expect(countWhere(file, 'SELECT count(*) FROM countries')).toBe(254);
    expect(countWhere(file, 'SELECT count(*) FROM countries WHERE ST_IsValid(geom) = 1')).toBe(254);
    expect(countWhere(file, "SELECT count(*) FROM countries WHERE name = 'New Zealand'")).toBe(1);
  });

  it('has every city twice: as a point and as a row', async () => {
    await using folder = await temporaryFolder();
    const file = new URL('cities.gpkg', folder.url);
    writeCities(file);
    const summary = gdal('ogrinfo', '-so', '-al', fileURLToPath(file));
    expect(summary).not.toMatch(/warning|error/i);
    expect(summary.match(/Feature Count: 135233/g)).toHaveLength(2);
    const differing =
      'SELECT count(*) FROM cities c JOIN city_list l USING (geonames_id) WHERE ST_X(c.geom) <> l.longitude OR ST_Y(c.geom) <> l.latitude';
    expect(countWhere(file, differing)).toBe(0);
  });

  it('has earthquakes with times and with heights below zero', async () => {
    await using folder = await temporaryFolder();
    const file = new URL('earthquakes.gpkg', folder.url);
    writeEarthquakes(file);
    const text = gdal('ogrinfo', '-al', '-where', "code = 'ci37868143'", fileURLToPath(file));
    expect(text).not.toMatch(/warning|error/i);
    expect(text).toMatch(/time \(DateTime\) = 2018\/02\/07 01:26:13\.840?\+00/);
    expect(text).toContain('POINT Z (-118.6671667 34.4945 -26490)');
  });

  it('has the grid where Maunga Whau is', async () => {
    await using folder = await temporaryFolder();
    const file = new URL('maunga-whau.asc', folder.url);
    await writeMaungaWhau(file);
    const info = gdal('gdalinfo', '-stats', fileURLToPath(file));
    expect(info).toContain('Size is 61, 87');
    expect(info).toMatch(/Lower Left +\( 2667400\.000, 6478700\.000\)/);
    expect(info).toContain('Minimum=94.000, Maximum=195.000');
  });

  it('has a picture of the whole world', async () => {
    await using folder = await temporaryFolder();
    const file = new URL('blue-marble.jpg', folder.url);
    await writeBlueMarble(file);
    const info = gdal('gdalinfo', fileURLToPath(file));
    expect(info).toMatch(/Upper Left +\(-180\.0+, +90\.0+\)/);
    expect(info).toMatch(/Lower Right +\( *180\.0+, +-90\.0+\)/);
    expect(info).toContain('ID["EPSG",4326]');
  });
});
