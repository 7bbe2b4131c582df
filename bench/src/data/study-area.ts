/** The centre of all data sets, in Auckland: EPSG:2193 and its longitude and latitude. */
export const studyArea = {
  epsg: 2193,
  easting: 1_757_000,
  northing: 5_917_000,
  longitude: 174.760_52,
  latitude: -36.881_99,
} as const;

/** Mean width and height of a parcel, metres. */
export const parcelSize = 36;

/** Width of the square that a number of parcels fills, metres. */
export function parcelSquare(parcelCount: number): number {
  return Math.ceil(Math.sqrt(parcelCount)) * parcelSize;
}
