import type { CoordinateOperations } from '../crs/coordinate-operation.ts';
import type { Crs } from '../crs/crs.ts';
import { envelopeOfPlaced, gridOver } from '../crs/grid.ts';
import { wgs84 } from '../crs/lon-lat-extent.ts';
import { type Envelope, meetingEnvelope } from '../features/geometry-array.ts';

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
  const common = meetingEnvelope(box, data);
  if (common === null) return null;
  if (crs.kind === 'geographic') return common;
  const operation = await operations.choose(wgs84(), crs, data);
  const coordinates = gridOver(common, 21);
  await operation.transform({ coordinates, stride: 2, count: coordinates.length / 2 });
  return envelopeOfPlaced(coordinates);
}
