import type { FeatureFixture, TableFixture } from '@outcrop/testkit';

import { createRandom } from './random.ts';
import { studyArea } from './study-area.ts';

const spread = 60_000;

/** Points, thicker towards the centre of the study area, such as addresses. */
export function pointsTable(pointCount: number): TableFixture {
  return {
    name: 'addresses',
    identifier: 'Addresses',
    geometry: { type: 'POINT', epsg: studyArea.epsg },
    columns: [
      { name: 'address_id', type: 'INTEGER', notNull: true },
      { name: 'address', type: 'TEXT(80)' },
    ],
    features: generatePoints(pointCount),
  };
}

function* generatePoints(pointCount: number): Generator<FeatureFixture> {
  const random = createRandom(2);
  const offset = (): number => (random() + random() + random() - 1.5) * spread;
  for (let index = 0; index < pointCount; index++) {
    yield {
      geometry: { type: 'Point', coordinates: [studyArea.easting + offset(), studyArea.northing + offset()] },
      attributes: { address_id: index + 1, address: `${1 + (index % 250)} Road ${Math.floor(index / 250)}` },
    };
  }
}
