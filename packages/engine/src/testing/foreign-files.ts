import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';

/** A file that somebody else's program has made. */
export interface ForeignFile {
  readonly path: string;
  /** The package that it was found in, and its name: `r-cran-sf/nc.shp`. */
  readonly name: string;
}

/** Packages of npm, at these versions, with the files of each that hold shapes. */
const npmPackages = {
  'world-atlas@2.0.2': /(countries|land)-110m\.json$/,
  'us-atlas@3.0.1': /(nation|states)-(albers-)?10m\.json$/,
  // One country of each kind of shape: islands, an enclave, both sides of 180 degrees, and the smallest.
  'world-countries@5.1.0': /(nzl|fji|lso|zaf|rus|vat|nor)\.(geo|topo)\.json$/,
  'vega-datasets@3.2.1':
    /(londonBoroughs|londonTubeLines|us-state-capitals|earthquakes)\.json$|(airports|la-riots|windvectors|seattle-weather|birdstrikes)\.csv$/,
  'gpx-parse@0.10.4': /\.gpx$/,
  'three-dxf@1.3.1': /\.dxf$/,
} as const;

const vector =
  /\.(shp|gpkg|geojson|tab|mif|gml|kml|gpx)$|(sp_data|storms|meuse|monthlycount|house1|us_income|usjoin|stl_hom|calempdensity|GData_utm)[^/]*\.csv$/i;
/** Packages of Debian, with the files of each that hold shapes. */
const debianPackages: Readonly<Record<string, RegExp>> = {
  'r-cran-sf': vector,
  'r-cran-spdata': vector,
  'r-cran-spdep': vector,
  'r-cran-maptools': vector,
  'r-cran-raster': vector,
  'r-cran-terra': vector,
  'r-cran-stars': vector,
  'r-cran-surveillance': vector,
  'r-cran-rgdal': vector,
  'r-cran-gstat': vector,
  'r-cran-sp': vector,
  'python3-libpysal': vector,
  'python3-geopandas': vector,
  'python3-cartopy': vector,
  'python3-pandas': vector,
  'librecad-data': /library\/(block|misc|plan\/doors|sheets)\/[^/]*[a-d][^/]*\.dxf$/i,
  openscad: /\.dxf$/,
};

const raster = /\.(tiff?|asc|grd|jpe?g|vrt|img|jp2)$/i;
/** Packages of Debian that hold pictures and grids. */
const rasterPackages = [
  'r-cran-rgdal',
  'r-cran-raster',
  'r-cran-sf',
  'r-cran-spdata',
  'r-cran-stars',
  'r-cran-terra',
  'r-cran-gstat',
];

/** Files beyond this take long, and what is in them is in smaller ones too. */
const mostBytes = 700_000;

/**
 * Fetches the packages into a folder, where they are not there yet, and returns the files. Those that cannot be fetched, such as
 * Debian's on another system, are named in `absent`.
 */
export function fetchForeignFiles(folder: string): { files: ForeignFile[]; absent: string[] } {
  return fetch(folder, [
    ...Object.entries(npmPackages).map(([name, wanted]) => ({ name, wanted, unpack: unpackNpm })),
    ...Object.entries(debianPackages).map(([name, wanted]) => ({ name, wanted, unpack: unpackDebian })),
  ]);
}

/** The same for pictures and grids. */
export function fetchForeignRasters(folder: string): { files: ForeignFile[]; absent: string[] } {
  return fetch(
    folder,
    rasterPackages.map((name) => ({ name, wanted: raster, unpack: unpackDebian })),
  );
}

interface ForeignSource {
  readonly name: string;
  readonly wanted: RegExp;
  readonly unpack: (name: string, place: string) => boolean;
}

function fetch(
  folder: string,
  sources: readonly ForeignSource[],
): { files: ForeignFile[]; absent: string[] } {
  const absent: string[] = [];
  // Some packages hold the files of others.
  const known = new Set<string>();
  const isNew = ({ path }: ForeignFile): boolean => {
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
    return known.size < known.add(digest).size;
  };
  const files = sources.flatMap(({ name, wanted, unpack }) => {
    const place = join(folder, name.replace('@', '-'));
    if (!existsSync(place) && !unpack(name, place)) {
      absent.push(name);
      return [];
    }
    return filesBelow(place, wanted)
      .map((path) => ({ path, name: `${name}/${basename(path)}` }))
      .filter(isNew);
  });
  return { files, absent };
}

function filesBelow(place: string, wanted: RegExp): string[] {
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' });
  const paths = names
    .map((name) => join(place, name))
    .filter((path) => wanted.test(path.replaceAll(sep, '/')));
  return paths.filter((path) => existsSync(path) && statSync(path).size < mostBytes).toSorted();
}

function unpackNpm(name: string, place: string): boolean {
  const parent = join(place, '..');
  mkdirSync(parent, { recursive: true });
  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', parent, name], {
    cwd: parent,
    encoding: 'utf8',
  });
  if (packed.status !== 0) return false;
  mkdirSync(place);
  execFileSync('tar', ['-xzf', join(parent, packed.stdout.trim()), '-C', place]);
  return true;
}

/** Debian's packages are unpacked, not installed. */
function unpackDebian(name: string, place: string): boolean {
  const parent = join(place, '..');
  mkdirSync(parent, { recursive: true });
  if (spawnSync('apt-get', ['download', '-q', name], { cwd: parent }).status !== 0) return false;
  const archive = readdirSync(parent).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
  if (archive === undefined) return false;
  execFileSync('dpkg-deb', ['-x', join(parent, archive), place]);
  return true;
}
