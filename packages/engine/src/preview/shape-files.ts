/** What kinds of file are read, by the end of their name, and the drivers that may open them. */
export const shapeFileDrivers: Readonly<Record<string, readonly string[]>> = {
  zip: ['ESRI Shapefile'],
  gpkg: ['GPKG'],
  kml: ['LIBKML', 'KML'],
  kmz: ['LIBKML'],
};

/** The kinds of file that `readShapes` takes. */
export const shapeFileTypes: readonly string[] = Object.keys(shapeFileDrivers);
