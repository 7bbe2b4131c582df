import { describe, expect, test } from 'vitest';

import { boundsOf } from '../area/polygons.ts';
import { Sketch, type SketchEvent } from './sketch.ts';

function drawing(kind: 'box' | 'polygon'): { sketch: Sketch; events: SketchEvent[] } {
  const sketch = new Sketch();
  const events: SketchEvent[] = [];
  sketch.onEvent((event) => events.push(event));
  sketch.start(kind);
  return { sketch, events };
}

const drawn = (events: readonly SketchEvent[]) => events.find((event) => event.type === 'drawn')?.polygons;

describe('a drawing', () => {
  test('of a box is finished by its second corner, wherever that lies', () => {
    const { sketch, events } = drawing('box');
    sketch.addCorner([20, 10]);
    sketch.addCorner([10, 20]);
    expect(boundsOf(drawn(events)!)).toEqual([10, 10, 20, 20]);
    expect(sketch.read().kind).toBe(null);
  });

  test('across 180 degrees is one', () => {
    const { sketch, events } = drawing('box');
    sketch.addCorner([170, -10]);
    sketch.addCorner([-170, 10]);
    expect(boundsOf(drawn(events)!)).toEqual([170, -10, 190, 10]);
  });

  test('of a polygon is finished by its last corner set again, and not before it has three', () => {
    const { sketch, events } = drawing('polygon');
    sketch.addCorner([0, 0]);
    sketch.addCorner([0, 0]);
    expect(events.at(-1)).toEqual({ type: 'too-few' });
    sketch.addCorner([10, 0]);
    sketch.addCorner([10, 10]);
    sketch.addCorner([10, 10]);
    expect(drawn(events)?.[0]?.[0]).toHaveLength(4);
  });

  test('takes corners back, one by one, and goes on', () => {
    const { sketch } = drawing('polygon');
    sketch.addCorner([0, 0]);
    sketch.addCorner([10, 0]);
    sketch.undo();
    expect(sketch.read().corners).toEqual([[0, 0]]);
    sketch.undo();
    sketch.undo();
    expect(sketch.read()).toEqual({ kind: 'polygon', corners: [] });
  });

  test('that is given up changes nothing', () => {
    const { sketch, events } = drawing('polygon');
    sketch.addCorner([0, 0]);
    sketch.cancel();
    expect(events.at(-1)).toEqual({ type: 'cancelled' });
    sketch.addCorner([1, 1]);
    expect(sketch.read().corners).toEqual([]);
  });
});
