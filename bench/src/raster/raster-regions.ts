import { execFileSync } from 'node:child_process';

import { corner } from './raster-data.ts';

/** A region in both CRSs. */
export interface RasterRegion {
  /** EPSG:2193. */
  readonly ring: readonly (readonly [number, number])[];
  /** GeoJSON, EPSG:4326. */
  readonly extent: { readonly type: 'Polygon'; readonly coordinates: number[][][] };
  /** Columns, rows, width, height of its box. */
  readonly window: readonly [number, number, number, number];
}

const shares = { left: 0.12, top: 0.1, size: 0.75 } as const;

/** A rectangle of whole pixels, three quarters of the raster on a side, with positions on its sides. */
export function rectangle({ side }: { side: number }): RasterRegion {
  const [left, top, size] = [shares.left, shares.top, shares.size].map((share) =>
    Math.round(side * share),
  ) as [number, number, number];
  const steps = Array.from({ length: 100 }, (_, step) => step / 100);
  const corners = [[0, 0], [1, 0], [1, 1], [0, 1]] as const; // prettier-ignore
  const ring = corners.flatMap(([fromX, fromY], index) => {
    const [toX, toY] = corners[(index + 1) % 4]!;
    return steps.map((share): [number, number] => [
      corner.x + left + size * (fromX + (toX - fromX) * share),
      corner.y - top - size * (fromY + (toY - fromY) * share),
    ]);
  });
  return region(ring, [left, top, size, size]);
}

/** An outline of 400 vertices like a lake's. */
export function lake({ side }: { side: number }): RasterRegion {
  const ring = Array.from({ length: 400 }, (_, k): [number, number] => {
    const angle = (2 * Math.PI * k) / 400;
    const radius = side * (0.34 + 0.07 * Math.sin(9 * angle) + 0.02 * Math.sin(31 * angle));
    return [corner.x + side / 2 + radius * Math.cos(angle), corner.y - side / 2 + radius * Math.sin(angle)];
  });
  return region(ring, [0, 0, side, side]);
}

function region(ring: readonly (readonly [number, number])[], window: RasterRegion['window']): RasterRegion {
  const closed = [...ring, ring[0]!];
  const input = closed.map((position) => position.join(' ')).join('\n');
  const output = execFileSync('gdaltransform', ['-s_srs', 'EPSG:2193', '-t_srs', 'EPSG:4326', '-output_xy'], {
    input,
    encoding: 'utf8',
  });
  const degrees = output
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  degrees[degrees.length - 1] = degrees[0]!;
  return { ring, extent: { type: 'Polygon', coordinates: [degrees] }, window };
}

/** Whether a region's box meets a square of pixels. */
export function meets(
  { ring }: RasterRegion,
  { column, row, side }: { column: number; row: number; side: number },
): boolean {
  const xs = ring.map(([x]) => x - corner.x);
  const ys = ring.map(([, y]) => corner.y - y);
  const isBeside = Math.max(...xs) <= column || Math.min(...xs) >= column + side;
  return !isBeside && Math.max(...ys) > row && Math.min(...ys) < row + side;
}

/** The region as a file that `gdalwarp -cutline` reads. */
export function cutline({ ring }: RasterRegion): string {
  return JSON.stringify({
    type: 'FeatureCollection',
    crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::2193' } },
    features: [
      { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] } },
    ],
  });
}
