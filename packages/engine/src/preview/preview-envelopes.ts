import type { CoordinateOperations } from '../crs/coordinate-operation.ts';
import type { Crs } from '../crs/crs.ts';
import { gridOver } from '../crs/grid.ts';
import { wgs84 } from '../crs/lon-lat-extent.ts';
import type { Envelope } from '../features/geometry-array.ts';

interface LayerPlace {
  readonly crs: Crs;
  /** Where the layer's data are, in degrees. */
  readonly data: Envelope;
  readonly operations: CoordinateOperations;
}

/** What a box in degrees is in the CRS of a layer: a box across the antimeridian meets data on two turns of the globe. */
export async function envelopesIn(box: Envelope, place: LayerPlace): Promise<Envelope[]> {
  const envelopes: Envelope[] = [];
  for (const turn of [-360, 0, 360]) {
    const envelope = await project([box[0] + turn, box[1], box[2] + turn, box[3]], place);
    if (envelope !== null) envelopes.push(envelope);
  }
  return envelopes;
}

/** The envelope in a layer's CRS of what a box and its data have in common; null where that is nothing. */
async function project(box: Envelope, { crs, data, operations }: LayerPlace): Promise<Envelope | null> {
  const common: Envelope = [
    Math.max(box[0], data[0]),
    Math.max(box[1], data[1]),
    Math.min(box[2], data[2]),
    Math.min(box[3], data[3]),
  ];
  if (common[0] > common[2] || common[1] > common[3]) return null;
  if (crs.kind === 'geographic') return common;
  const operation = await operations.choose(wgs84(), crs, data);
  const coordinates = gridOver(common, 21);
  await operation.transform({ coordinates, stride: 2, count: coordinates.length / 2 });
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < coordinates.length; k += 2) {
    const [x, y] = [coordinates[k]!, coordinates[k + 1]!];
    if (Number.isNaN(x)) continue;
    [minX, maxX] = [Math.min(minX, x), Math.max(maxX, x)];
    [minY, maxY] = [Math.min(minY, y), Math.max(maxY, y)];
  }
  return minX > maxX ? null : [minX, minY, maxX, maxY];
}
