import type { FeatureFixture, TableFixture } from '@outcrop/testkit';

import { createRandom, type Random } from './random.ts';
import { studyArea } from './study-area.ts';

const spread = 60_000;
const stepMetres = 8;

/** Long winding lines, such as streams. */
export function linesTable(lineCount: number, vertexCount: number): TableFixture {
  return {
    name: 'streams',
    identifier: 'Streams',
    geometry: { type: 'LINESTRING', epsg: studyArea.epsg },
    columns: [
      { name: 'stream_id', type: 'INTEGER', notNull: true },
      { name: 'stream_order', type: 'TINYINT' },
    ],
    features: generateLines(lineCount, vertexCount),
  };
}

function* generateLines(lineCount: number, vertexCount: number): Generator<FeatureFixture> {
  const random = createRandom(3);
  for (let index = 0; index < lineCount; index++) {
    yield {
      geometry: { type: 'LineString', coordinates: wander(random, vertexCount) },
      attributes: { stream_id: index + 1, stream_order: 1 + (index % 7) },
    };
  }
}

function wander(random: Random, vertexCount: number): (readonly [number, number])[] {
  let x = studyArea.easting + (random() - 0.5) * 2 * spread;
  let y = studyArea.northing + (random() - 0.5) * 2 * spread;
  let heading = random() * 2 * Math.PI;
  return Array.from({ length: vertexCount }, () => {
    heading += (random() - 0.5) * 0.8;
    x += Math.cos(heading) * stepMetres;
    y += Math.sin(heading) * stepMetres;
    return [x, y] as const;
  });
}
