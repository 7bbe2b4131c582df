/** A feature to draw: points, lines or polygons in degrees. */
export interface DrawnShape {
  readonly geometry: { readonly type: string; readonly coordinates: unknown };
}

type Position = readonly [number, number];

const margin = 6;

/** Draws features into a square canvas, as large as they fit. */
export function drawThumbnail(canvas: HTMLCanvasElement, features: readonly DrawnShape[]): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const colours = getComputedStyle(canvas);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.strokeStyle = colours.color;
  context.fillStyle = colours.color;
  context.lineWidth = 1.5;
  const place = scaleTo(
    canvas.width,
    features.flatMap(({ geometry }) => positionsOf(geometry.coordinates)),
  );
  for (const { geometry } of features) {
    const parts = linesOf(geometry);
    if (parts === null) {
      context.globalAlpha = 0.75;
      for (const [x, y] of positionsOf(geometry.coordinates).map(place))
        context.fillRect(x - 1.2, y - 1.2, 2.4, 2.4);
      continue;
    }
    context.beginPath();
    for (const line of parts) {
      for (const [at, position] of line.entries())
        context[at === 0 ? 'moveTo' : 'lineTo'](...place(position));
    }
    if (geometry.type === 'MultiPolygon') {
      context.globalAlpha = 0.3;
      context.fill('evenodd');
    }
    context.globalAlpha = 0.9;
    context.stroke();
  }
}

function linesOf({ type, coordinates }: DrawnShape['geometry']): Position[][] | null {
  if (type === 'MultiLineString') return coordinates as Position[][];
  return type === 'MultiPolygon' ? (coordinates as Position[][][]).flat() : null;
}

function positionsOf(coordinates: unknown): Position[] {
  if (!Array.isArray(coordinates)) return [];
  if (typeof coordinates[0] === 'number') return [coordinates as unknown as Position];
  return coordinates.flatMap(positionsOf);
}

function scaleTo(size: number, positions: readonly Position[]): (position: Position) => [number, number] {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of positions) {
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  }
  const squeeze = Math.max(0.2, Math.cos((((south + north) / 2) * Math.PI) / 180));
  const span = Math.max((east - west) * squeeze, north - south, 1e-9);
  const scale = (size - 2 * margin) / span;
  return ([x, y]) => [
    size / 2 + (x - (west + east) / 2) * squeeze * scale,
    size / 2 - (y - (south + north) / 2) * scale,
  ];
}
