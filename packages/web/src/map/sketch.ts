import type { LonLat, Polygons } from '../area/polygons.ts';

/** What is being drawn. */
export type SketchKind = 'box' | 'polygon';

/** A drawing that is not finished. */
export interface SketchState {
  /** Null while nothing is being drawn. */
  readonly kind: SketchKind | null;
  readonly corners: readonly LonLat[];
}

/** What becomes of a drawing. */
export type SketchEvent =
  | { readonly type: 'corner'; readonly count: number }
  | { readonly type: 'undo'; readonly count: number }
  | { readonly type: 'drawn'; readonly polygons: Polygons }
  | { readonly type: 'cancelled' }
  | { readonly type: 'too-few' }
  | { readonly type: 'started'; readonly kind: SketchKind };

const idle: SketchState = { kind: null, corners: [] };

/**
 * The one drawing of the page, whoever draws: pointer, finger, keyboard or the buttons beside the map.
 *
 *     idle -start-> drawing -corner, undo-> drawing -finish-> idle (drawn)
 *                           -cancel-> idle
 *
 * A box is finished by its second corner; a polygon by `finish`, or by a corner on its first one.
 */
export class Sketch {
  #state = idle;
  readonly #listeners = new Set<() => void>();
  readonly #events = new Set<(event: SketchEvent) => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): SketchState => this.#state;

  /** Hears what becomes of drawings; returns how to stop. */
  onEvent(listener: (event: SketchEvent) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  start(kind: SketchKind): void {
    this.#set({ kind, corners: [] });
    this.#tell({ type: 'started', kind });
  }

  /** Sets a corner. Longitudes run on: the corner is taken on the turn of the globe that is next to the last one. */
  addCorner([longitude, latitude]: LonLat): void {
    const { kind, corners } = this.#state;
    if (kind === null) return;
    const last = corners.at(-1)?.[0] ?? longitude;
    const near = longitude - 360 * Math.round((longitude - last) / 360);
    const corner: LonLat = [round(near), round(Math.max(-90, Math.min(90, latitude)))];
    const previous = corners.at(-1);
    if (previous !== undefined && previous[0] === corner[0] && previous[1] === corner[1]) {
      if (kind === 'polygon') this.finish();
      return;
    }
    this.#set({ kind, corners: [...corners, corner] });
    this.#tell({ type: 'corner', count: corners.length + 1 });
    if (kind === 'box' && corners.length === 1) this.finish();
  }

  undo(): void {
    const { kind, corners } = this.#state;
    if (kind === null) return;
    this.#set({ kind, corners: corners.slice(0, -1) });
    this.#tell({ type: 'undo', count: Math.max(0, corners.length - 1) });
  }

  finish(): void {
    const polygons = polygonsOfSketch(this.#state);
    if (polygons === null) return this.#tell({ type: 'too-few' });
    this.#set(idle);
    this.#tell({ type: 'drawn', polygons });
  }

  cancel(): void {
    if (this.#state.kind === null) return;
    this.#set(idle);
    this.#tell({ type: 'cancelled' });
  }

  #set(state: SketchState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  #tell(event: SketchEvent): void {
    for (const listener of this.#events) listener(event);
  }
}

/** The drawing of the page. */
export const sketch: Sketch = new Sketch();

/** The area of a drawing, were it finished now; null where it has too few corners for one. */
export function polygonsOfSketch({ kind, corners }: SketchState): Polygons | null {
  const [a, b] = corners;
  if (kind === 'polygon') return corners.length < 3 ? null : [[[...corners, corners[0]!]]];
  if (a === undefined || b === undefined || a[0] === b[0] || a[1] === b[1]) return null;
  const [west, east] = a[0] < b[0] ? [a[0], b[0]] : [b[0], a[0]];
  const [south, north] = a[1] < b[1] ? [a[1], b[1]] : [b[1], a[1]];
  return [
    [
      [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
      ],
    ],
  ];
}

/** A tenth of a metre is enough of what is drawn by hand. */
function round(degrees: number): number {
  return Number(degrees.toFixed(6));
}
