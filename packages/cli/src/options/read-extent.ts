import type { ExtentGeometry } from '@outcrop/client';

import { CommandFailure } from '../command-failure.ts';
import { readJsonFile } from './read-json-file.ts';

/** Reads an extent from GeoJSON: a Polygon or MultiPolygon, a Feature of one, or a collection of one such Feature. */
export async function readExtent(file: string, workingFolder: string): Promise<ExtentGeometry> {
  const json = await readJsonFile(file, { workingFolder, what: 'the extent' });
  const geometry = geometryOf(json);
  if (isExtent(geometry)) return geometry;
  throw new CommandFailure([`${file}: ${problemOf(json)}`]);
}

function geometryOf(json: unknown): unknown {
  if (!isObject(json)) return json;
  if (json['type'] === 'Feature') return json['geometry'];
  if (json['type'] !== 'FeatureCollection' || !Array.isArray(json['features'])) return json;
  return json['features'].length === 1 ? geometryOf(json['features'][0]) : null;
}

function isExtent(geometry: unknown): geometry is ExtentGeometry {
  return (
    isObject(geometry) &&
    (geometry['type'] === 'Polygon' || geometry['type'] === 'MultiPolygon') &&
    Array.isArray(geometry['coordinates'])
  );
}

function problemOf(json: unknown): string {
  const wanted = 'an extent is a Polygon or MultiPolygon in EPSG:4326, or one Feature of that';
  if (isObject(json) && json['type'] === 'FeatureCollection' && Array.isArray(json['features'])) {
    if (json['features'].length !== 1) return `it has ${json['features'].length} features; ${wanted}`;
  }
  const geometry = geometryOf(json);
  const type = isObject(geometry) && typeof geometry['type'] === 'string' ? geometry['type'] : null;
  return type === null ? `it has no geometry; ${wanted}` : `its geometry is a ${type}; ${wanted}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
