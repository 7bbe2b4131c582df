import type { FeatureFixture, TableFixture } from '@outcrop/testkit';

import { seededRandom } from './seeded-random.ts';

/** A layer of so many points in no order of space, with ids from 1 on, and a column of every type. */
export function typedLayer(features: number): TableFixture {
  const random = seededRandom(5);
  return {
    name: 'typed',
    geometry: { type: 'POINT', epsg: 2193 },
    columns: [
      { name: 'flag', type: 'BOOLEAN' },
      { name: 'small', type: 'MEDIUMINT' },
      { name: 'large', type: 'INTEGER' },
      { name: 'real', type: 'DOUBLE' },
      { name: 'text', type: 'TEXT' },
      { name: 'day', type: 'DATE' },
      { name: 'moment', type: 'DATETIME' },
      { name: 'bytes', type: 'BLOB' },
    ],
    features: Array.from({ length: features }, (_, index): FeatureFixture => {
      const fid = index + 1;
      const coordinates = [1_500_000 + random() * 200_000, 5_300_000 + random() * 200_000];
      const isNull = fid % 5 === 0;
      return {
        fid,
        geometry: fid % 50 === 0 ? null : { type: 'Point', coordinates },
        attributes: {
          flag: isNull ? null : fid % 2 === 0,
          small: isNull ? null : -fid,
          large: isNull ? null : 9_007_199_254_740_993n + BigInt(fid),
          real: isNull ? null : fid / 3,
          text: isNull ? null : `Ōwenga ${'é'.repeat(fid % 60)} ${fid}`,
          day: isNull ? null : `2020-02-${String(1 + (fid % 28)).padStart(2, '0')}`,
          moment: isNull ? null : `2020-02-03T04:05:${String(fid % 60).padStart(2, '0')}.250Z`,
          bytes: isNull ? null : Buffer.from([0, 255, fid % 256]),
        },
      };
    }),
  };
}
