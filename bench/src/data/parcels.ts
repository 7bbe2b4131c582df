import type { FeatureFixture, TableFixture } from '@outcrop/testkit';

import { hashPlace } from './random.ts';
import { parcelSize, parcelSquare, studyArea } from './study-area.ts';

type Position = readonly [number, number];

/** How far a corner may be from its place in the grid, as a part of the parcel's size. */
const cornerJitter = 0.3;
/** How far a bend of a boundary may be from the straight line, as a part of the parcel's size. */
const bendJitter = 0.06;
/** Bends of an edge; the mean of 2.1 gives the 13.4 vertices of a parcel that a cadastre has. */
const bendCounts = [0, 1, 2, 2, 2, 2, 3, 3, 3, 3] as const;
const dayMs = 86_400_000;
const firstSurvey = Date.UTC(1860, 0, 1);
const surveyDays = 60_600;

/**
 * Adjoining irregular parcels of 5 to 17 vertices with five typed fields, in rows around the study area's centre.
 * Neighbours share their boundaries to the last bit.
 */
export function parcelsTable(parcelCount: number): TableFixture {
  return {
    name: 'parcels',
    identifier: 'Parcels',
    description: 'Generated parcels',
    geometry: { type: 'MULTIPOLYGON', epsg: studyArea.epsg },
    columns: [
      { name: 'parcel_id', type: 'INTEGER', notNull: true },
      { name: 'appellation', type: 'TEXT(80)' },
      { name: 'survey_area', type: 'DOUBLE' },
      { name: 'surveyed', type: 'DATE' },
      { name: 'is_current', type: 'BOOLEAN' },
    ],
    features: generateParcels(parcelCount),
  };
}

function* generateParcels(parcelCount: number): Generator<FeatureFixture> {
  const columns = Math.ceil(Math.sqrt(parcelCount));
  for (let index = 0; index < parcelCount; index++) {
    yield parcel(index, { column: index % columns, row: Math.floor(index / columns), parcelCount });
  }
}

function parcel(
  index: number,
  { column, row, parcelCount }: { column: number; row: number; parcelCount: number },
): FeatureFixture {
  const half = parcelSquare(parcelCount) / 2;
  const origin = [studyArea.easting - half, studyArea.northing - half] as const;
  const ring = parcelRing(column, row).map(([x, y]) => [round(origin[0] + x), round(origin[1] + y)] as const);
  const random = hashPlace(column, row, 11);
  return {
    geometry: { type: 'MultiPolygon', coordinates: [[ring]] },
    attributes: {
      parcel_id: 3_000_000 + index,
      appellation: `Lot ${1 + (index % 60)} Deposited Plan ${10_000 + Math.floor(index / 60)}`,
      survey_area: index % 17 === 0 ? null : round(parcelSize ** 2 * (0.6 + 0.8 * random)),
      surveyed: new Date(firstSurvey + Math.floor(random * surveyDays) * dayMs).toISOString().slice(0, 10),
      is_current: random > 0.1,
    },
  };
}

/** The boundary, counter-clockwise and closed, in metres from the corner of the square. */
function parcelRing(column: number, row: number): Position[] {
  const south = edge([column, row], 'east');
  const east = edge([column + 1, row], 'north');
  const north = edge([column, row + 1], 'east').toReversed();
  const west = edge([column, row], 'north').toReversed();
  return [...south, ...east.slice(1), ...north.slice(1), ...west.slice(1)];
}

/** The boundary from a grid corner to the next one east or north, both included. */
function edge([column, row]: Position, direction: 'east' | 'north'): Position[] {
  const isEast = direction === 'east';
  const salt = isEast ? 1 : 2;
  const start = corner(column, row);
  const end = isEast ? corner(column + 1, row) : corner(column, row + 1);
  const count = bendCounts[Math.floor(hashPlace(column, row, salt) * bendCounts.length)] ?? 0;
  const bends = Array.from({ length: count }, (_, index): Position => {
    const along = (index + 1) / (count + 1);
    const off = (hashPlace(column, row, salt * 100 + index) - 0.5) * 2 * bendJitter * parcelSize;
    const x = start[0] + (end[0] - start[0]) * along;
    const y = start[1] + (end[1] - start[1]) * along;
    return isEast ? [x, y + off] : [x + off, y];
  });
  return [start, ...bends, end];
}

function corner(column: number, row: number): Position {
  return [
    (column + (hashPlace(column, row, 3) - 0.5) * cornerJitter) * parcelSize,
    (row + (hashPlace(column, row, 4) - 0.5) * cornerJitter) * parcelSize,
  ];
}

/** To the tenth of a millimetre, as surveys have it. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
