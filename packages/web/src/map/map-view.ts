import type { Box, Polygons } from '../area/polygons.ts';

/** What the form may ask of the map, which comes later than the form, or never where a browser cannot draw it. */
export interface MapControl {
  /** What the map shows now. */
  box(): Box | null;
  /** Shows some area. */
  fit(polygons: Polygons): void;
  focus(): void;
}

let control: MapControl | null = null;

/** The map, as far as there is one. */
export const mapView = {
  attach(map: MapControl | null): void {
    control = map;
  },
  box: (): Box | null => control?.box() ?? null,
  fit: (polygons: Polygons): void => control?.fit(polygons),
  focus: (): void => control?.focus(),
};
