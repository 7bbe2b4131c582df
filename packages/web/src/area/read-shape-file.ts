import { readShapes } from '../api/extensions.ts';
import { messageOf } from '../api/page-error.ts';
import { readGeoJson, type Shape, shapeOfFeature } from './read-geojson.ts';

const mostBytes = 30_000_000;

/** Why a file gave no outline. */
export type FileProblem =
  | 'not-json'
  | 'no-polygon'
  | 'swapped'
  | 'not-degrees'
  | 'unknown-type'
  | 'unreadable'
  | 'unknown-crs'
  | 'too-large'
  | 'refused';

/** The outlines of a file, or why there are none. */
export interface ShapesOfFile {
  readonly shapes: readonly Shape[];
  readonly problem: FileProblem | null;
  readonly detail: string;
  /** The text of a GeoJSON file, to mend. */
  readonly text: string | null;
}

/** Reads the outlines of a file: GeoJSON here, other kinds by the site's GDAL. Never throws. */
export async function readShapeFile(file: File, crs: string | null): Promise<ShapesOfFile> {
  const type = /\.([a-z]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const nothing = { shapes: [], detail: '', text: null } as const;
  if (file.size > mostBytes) return { ...nothing, problem: 'too-large' };
  if (type === 'geojson' || type === 'json') {
    const text = await file.text();
    const read = readGeoJson(text);
    return { detail: '', ...read, text };
  }
  if (!['zip', 'gpkg', 'kml', 'kmz'].includes(type)) return { ...nothing, problem: 'unknown-type' };
  try {
    const { features, problem } = await readShapes(file, type, crs);
    if (features === null) return { ...nothing, problem: problem ?? 'unreadable' };
    return { ...nothing, shapes: features.map(shapeOfFeature), problem: null };
  } catch (error) {
    return { ...nothing, problem: 'refused', detail: messageOf(error) };
  }
}
