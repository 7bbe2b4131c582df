import type { Coordinates } from '@outcrop/testkit';
import initGeos from 'geos-wasm';
import { geojsonToGeosGeom, geosGeomToGeojson } from 'geos-wasm/helpers';

type Polygons = readonly (readonly (readonly Coordinates[])[])[];

/** Makes polygons valid; parts without area are dropped. */
export type RepairPolygons = (polygons: Polygons) => Polygons;

/**
 * Loads the repair: GEOS MakeValid by structure. The TopoJSON of the countries is on a grid, and rounding to it makes
 * thin parts cross or collapse.
 */
export async function loadRepair(): Promise<RepairPolygons> {
  const geos = await initGeos();
  const method = geos.GEOSMakeValidParams_create();
  geos.GEOSMakeValidParams_setMethod(method, geos.GEOSMakeValidMethods.GEOS_MAKE_VALID_STRUCTURE);
  geos.GEOSMakeValidParams_setKeepCollapsed(method, 0);

  return (polygons) => {
    const coordinates = polygons.map((polygon) =>
      polygon.map((ring) => ring.map((position) => [...position])),
    );
    const geometry = geojsonToGeosGeom({ type: 'MultiPolygon', coordinates }, geos);
    const repaired = geos.GEOSMakeValidWithParams(geometry, method);
    const result = geosGeomToGeojson(repaired, geos);
    geos.GEOSGeom_destroy(geometry);
    geos.GEOSGeom_destroy(repaired);
    if (result.type === 'MultiPolygon') return result.coordinates;
    if (result.type === 'Polygon') return result.coordinates.length === 0 ? [] : [result.coordinates];
    throw new TypeError(`the repair of a country made a ${result.type}; polygons were expected`);
  };
}
