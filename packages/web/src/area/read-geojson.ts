import type { ExtentGeometry } from '@outcrop/client';

import { joinAcross, unwrapRing } from './antimeridian.ts';
import { type Polygons, polygonsOf } from './polygons.ts';

/** A polygon that a file or a paste holds, with a name to choose it by. */
export interface Shape {
  readonly name: string;
  readonly polygons: Polygons;
}

/** What a GeoJSON text holds: shapes, or why there are none. */
export type ReadGeoJson =
  | { readonly shapes: readonly Shape[]; readonly problem: null }
  | {
      readonly shapes: readonly [];
      readonly problem: 'not-json' | 'no-polygon' | 'swapped' | 'not-degrees';
      readonly detail: string;
    };

/** Reads the polygons of GeoJSON: a geometry, a feature or a collection. Text that is not GeoJSON is an answer too. */
export function readGeoJson(text: string): ReadGeoJson {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { shapes: [], problem: 'not-json', detail: error instanceof Error ? error.message : '' };
  }
  const found = [...featuresOf(json)];
  const shapes = found.flatMap(({ geometry, name }, at): Shape[] =>
    isExtent(geometry) ? [{ name: name || `${at + 1}`, polygons: tidy(geometry) }] : [],
  );
  if (shapes.length === 0) {
    const types = new Set(found.map(({ geometry }) => typeOf(geometry)));
    return { shapes: [], problem: 'no-polygon', detail: [...types].join(', ') };
  }
  const bad = shapes
    .flatMap(({ polygons }) => polygons.flat(2))
    .find(([x, y]) => Math.abs(y) > 90 || Math.abs(x) > 540);
  if (bad === undefined) return { shapes, problem: null };
  const isSwapped = Math.abs(bad[0]) <= 90 && Math.abs(bad[1]) <= 180;
  return { shapes: [], problem: isSwapped ? 'swapped' : 'not-degrees', detail: String(bad[1]) };
}

/** A shape as the site read it of a file. */
export function shapeOfFeature(
  feature: { readonly geometry: ExtentGeometry; readonly properties: Record<string, unknown> },
  at: number,
): Shape {
  return { name: nameOf(feature.properties) || `${at + 1}`, polygons: tidy(feature.geometry) };
}

/** GeoJSON with latitude and longitude exchanged: what is often meant where latitudes are impossible. */
export function swapCoordinates(text: string): string {
  return JSON.stringify(
    JSON.parse(text, (_, value: unknown) =>
      Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number'
        ? [value[1], value[0]]
        : value,
    ),
  );
}

function tidy(geometry: ExtentGeometry): Polygons {
  return joinAcross(polygonsOf(geometry)).map((polygon) => polygon.map(unwrapRing));
}

function* featuresOf(json: unknown): Generator<{ geometry: unknown; name: string }> {
  if (!isRecord(json)) return;
  const { type, features, geometries, geometry, properties } = json;
  if (type === 'FeatureCollection' && Array.isArray(features)) {
    for (const feature of features) yield* featuresOf(feature);
  } else if (type === 'GeometryCollection' && Array.isArray(geometries)) {
    for (const one of geometries) yield* featuresOf(one);
  } else if (type === 'Feature') {
    const name = isRecord(properties) ? nameOf(properties) : '';
    for (const inner of featuresOf(geometry)) yield { ...inner, name };
  } else if (typeof type === 'string') yield { geometry: json, name: '' };
}

function nameOf(properties: Readonly<Record<string, unknown>>): string {
  const key = Object.keys(properties ?? {}).find((one) => /^(name|title|label)$/i.test(one));
  const value = key === undefined ? undefined : properties[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 100) : '';
}

function isExtent(geometry: unknown): geometry is ExtentGeometry {
  if (!isRecord(geometry) || !Array.isArray(geometry['coordinates'])) return false;
  const depth = geometry['type'] === 'Polygon' ? 2 : geometry['type'] === 'MultiPolygon' ? 3 : 0;
  if (depth === 0) return false;
  const positions: unknown[] = (geometry['coordinates'] as unknown[]).flat(depth - 1);
  return (
    positions.length > 3 &&
    positions.every(
      (position) => Array.isArray(position) && Number.isFinite(position[0]) && Number.isFinite(position[1]),
    )
  );
}

function typeOf(geometry: unknown): string {
  return isRecord(geometry) && typeof geometry['type'] === 'string' ? geometry['type'] : 'nothing';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
