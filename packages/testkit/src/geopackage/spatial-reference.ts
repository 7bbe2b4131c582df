import { createRequire } from 'node:module';

/** A row of `gpkg_spatial_ref_sys`. */
export interface SpatialReference {
  readonly name: string;
  readonly srsId: number;
  readonly organization: string;
  readonly organizationId: number;
  readonly definition: string;
}

const loadJson = createRequire(import.meta.url);

/**
 * The row of an EPSG code, with its WKT.
 *
 * @throws RangeError for a code that is not in the index.
 */
export function epsgReference(epsg: number): SpatialReference {
  const { name, wkt } = readIndex(epsg);
  return { name, srsId: epsg, organization: 'EPSG', organizationId: epsg, definition: wkt };
}

/** The three rows that every GeoPackage must have. */
export function requiredReferences(): SpatialReference[] {
  return [
    undefinedReference(-1, 'Undefined Cartesian SRS'),
    undefinedReference(0, 'Undefined geographic SRS'),
    epsgReference(4326),
  ];
}

function undefinedReference(srsId: number, name: string): SpatialReference {
  return { name, srsId, organization: 'NONE', organizationId: srsId, definition: 'undefined' };
}

function readIndex(epsg: number): { name: string; wkt: string } {
  try {
    return loadJson(`epsg-index/s/${epsg}.json`) as { name: string; wkt: string };
  } catch (cause) {
    throw new RangeError(`EPSG:${epsg} is not in the EPSG index; use a code of a current CRS`, { cause });
  }
}
