import type { Client, CropFeature, CropLayer } from '@outcrop/client';

import { CommandFailure } from '../command-failure.ts';

/**
 * The crop feature that `Layer title/Feature name`, or `layer id/feature id`, stands for. Fails with what there is
 * where it is unknown or stands for several.
 */
export async function findCropFeature(
  client: Client,
  written: string,
  signal: AbortSignal,
): Promise<CropFeature> {
  const layers = await client.exports.cropLayers.list({ signal }).pageSize(100).toArray();
  const matches = longestMatches(layers, written);
  const [layer] = matches;
  if (layer !== undefined && matches.length === 1) {
    return layer.findFeature(written.slice(layer.name.length + 1).trim(), { signal });
  }
  const [, layerId, featureId] = /^(\d+)\/(\d+)$/.exec(written) ?? [];
  if (layer === undefined && layerId !== undefined && featureId !== undefined) {
    return client.exports.cropLayers.getFeature(Number(layerId), Number(featureId), { signal });
  }
  throw new CommandFailure([describeMismatch(written, { layers, matches })]);
}

/** Titles may contain slashes, so the longest title that the text starts with is meant. */
function longestMatches(layers: readonly CropLayer[], written: string): CropLayer[] {
  const starts = layers.filter(({ name }) => written.toLowerCase().startsWith(`${name.toLowerCase()}/`));
  const longest = Math.max(0, ...starts.map(({ name }) => name.length));
  return starts.filter(({ name }) => name.length === longest);
}

function describeMismatch(
  written: string,
  found: { layers: readonly CropLayer[]; matches: readonly CropLayer[] },
): string {
  if (found.layers.length === 0) return 'The site has no crop layers; use --extent with a GeoJSON file';
  if (found.matches.length > 1) {
    const ids = found.matches.map(({ id }) => id).join(', ');
    return `Several crop layers have that title; write layer id/feature id. Their ids: ${ids}`;
  }
  const titles = found.layers.map(({ id, name }) => `${name} (${id})`).join(', ');
  return `No crop layer for ${JSON.stringify(written)}; the site has ${titles}`;
}
