import { describe, expect, test } from 'vitest';

import { asBox, boundsOf, boxPolygons } from '../area/polygons.ts';
import { moveCorner } from './move-corner.ts';

const box = boxPolygons([170, -10, 190, 10]);

describe('a corner that is moved', () => {
  test('keeps a box a box where it is to be one', () => {
    const moved = moveCorner(box, 2, { place: [195, 20], keepsBox: true });
    expect(asBox(moved)).toEqual([170, -10, 195, 20]);
  });

  test('makes a polygon of it elsewhere', () => {
    const moved = moveCorner(box, 2, { place: [195, 20], keepsBox: false });
    expect(asBox(moved)).toBe(null);
    expect(moved[0]?.[0]?.[2]).toEqual([195, 20]);
  });

  test('stays on the turn of the globe that the area is on', () => {
    const moved = moveCorner(box, 2, { place: [-165, 20], keepsBox: true });
    expect(boundsOf(moved)).toEqual([170, -10, 195, 20]);
  });

  test('does not make a box flat', () => {
    expect(moveCorner(box, 2, { place: [170, 20], keepsBox: true })).toBe(box);
  });

  test('moves the end of the ring with its beginning', () => {
    const ring = moveCorner(box, 0, { place: [165, -20], keepsBox: false })[0]?.[0];
    expect(ring?.at(-1)).toEqual([165, -20]);
  });
});
