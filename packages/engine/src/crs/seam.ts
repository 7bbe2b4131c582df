import type { Envelope } from '../features/geometry-array.ts';

/** A seam is met within this many degrees: a tenth of a millimetre. */
export const seamMargin = 1e-9;

/** Whether data over some longitudes meet the seam of a target: the meridian opposite its central one. */
export function meetsSeam([west, , east]: Envelope, centralMeridian: number): boolean {
  return turnOf(west - seamMargin, centralMeridian) !== turnOf(east + seamMargin, centralMeridian);
}

/** How many times the seam was passed on the way east. */
export function turnOf(longitude: number, centralMeridian: number): number {
  return Math.floor((longitude - centralMeridian + 180) / 360);
}
