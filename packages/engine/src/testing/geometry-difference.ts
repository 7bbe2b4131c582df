import initGeos from 'geos-wasm';

/** How much two geometries, as GeoJSON, differ. */
export interface GeometryDifference {
  /** Distance in the coordinates' units: for areas, the area of the difference over the length of the edge. */
  readonly distance: number;
  readonly dimension: number;
}

/** Compares geometries with GEOS. */
export async function createGeometryComparison(): Promise<
  (ours: string, theirs: string) => GeometryDifference
> {
  const geos = await initGeos();
  const { Module } = geos;
  const reader = geos.GEOSGeoJSONReader_create();
  const read = (json: string): number => {
    const bytes = Buffer.from(`${json}\0`);
    const address = Module._malloc(bytes.length);
    Module.HEAPU8.set(bytes, address);
    const geometry = geos.GEOSGeoJSONReader_readGeometry(reader, address as never) as unknown as number;
    Module._free(address);
    if (geometry === 0) throw new Error(`GEOS cannot read ${json.slice(0, 200)}`);
    return geometry;
  };
  const valid = (geometry: number): number => {
    if (geos.GEOSisValid(geometry as never) === 1) return geometry;
    const repaired = geos.GEOSMakeValid(geometry as never) as unknown as number;
    geos.GEOSGeom_destroy(geometry as never);
    return repaired;
  };
  const measure = (call: (address: number) => unknown): number => {
    const address = Module._malloc(8);
    call(address);
    const value = Module.getValue(address, 'double') as number;
    Module._free(address);
    return value;
  };
  return (ours, theirs) => {
    // Rounding may have made one invalid.
    const [a, b] = [valid(read(ours)), valid(read(theirs))] as [never, never];
    const dimension = Math.max(
      geos.GEOSGeom_getDimensions(a) as number,
      geos.GEOSGeom_getDimensions(b) as number,
    );
    let distance: number;
    if (dimension === 2) {
      const difference = geos.GEOSSymDifference(a, b);
      const area = measure((address) => geos.GEOSArea(difference, address as never));
      const edge = measure((address) => geos.GEOSLength(b, address as never));
      geos.GEOSGeom_destroy(difference);
      distance = area / edge;
    } else {
      distance = measure((address) => geos.GEOSHausdorffDistance(a, b, address as never));
    }
    geos.GEOSGeom_destroy(a);
    geos.GEOSGeom_destroy(b);
    return { distance, dimension };
  };
}
