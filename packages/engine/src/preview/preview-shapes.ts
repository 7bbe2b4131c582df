import type { GeometryArray } from '../features/geometry-array.ts';
import type { FeaturePlace } from './place-features.ts';
import { type PreviewDetail, type PreviewGeometry, previewGeometry } from './preview-geometry.ts';

/** A feature of a preview. */
export interface PreviewFeature {
  readonly type: 'Feature';
  readonly id: number;
  readonly geometry: PreviewGeometry;
  readonly properties: { readonly place?: FeaturePlace };
}

/** Features as they were read, coordinates in degrees. */
export interface ReadFeatures {
  readonly geometry: GeometryArray;
  readonly fids: Float64Array;
  readonly length: number;
}

/** The features of a batch that have a place, simplified. */
export function shapesOf({ geometry, fids, length }: ReadFeatures, detail: PreviewDetail): PreviewFeature[] {
  const features: PreviewFeature[] = [];
  for (let at = 0; at < length; at++) {
    const shape = previewGeometry(geometry, at, detail);
    if (shape === null) continue;
    features.push({ type: 'Feature', id: fids[at]!, geometry: shape, properties: {} });
  }
  return features;
}

/** Positions of a preview, all features together. */
const mostPositions = 60_000;

/** Whether features have few enough positions together for a map to draw them. */
export function isLight(features: readonly PreviewFeature[], asked: number): boolean {
  const positions = features.reduce((sum, { geometry }) => sum + geometry.coordinates.flat(2).length, 0);
  return positions <= Math.max(mostPositions, asked * 6);
}
