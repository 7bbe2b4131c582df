import type { Layer } from '@outcrop/client';
import { describe, expect, test } from 'vitest';

import { emptyDraft } from './draft.ts';
import { formatChoices, proposalsOf } from './proposals.ts';

const gpkg = 'application/x-ogc-gpkg';
const csv = 'text/csv';
const kml = 'application/vnd.google-earth.kml+xml';

function layer(kind: string, crs: string | null, mimetypes: readonly string[]): Layer {
  const exportFormats = mimetypes.map((mimetype) => ({ mimetype, name: mimetype }));
  return { kind, data: { crs, exportFormats } } as unknown as Layer;
}

describe('what the page proposes', () => {
  test('is the data’s own system, and what most people want of each kind', () => {
    const layers = [layer('vector', 'EPSG:2193', [csv, gpkg]), layer('table', null, [gpkg, csv])];
    expect(proposalsOf(emptyDraft, layers)).toEqual({
      crs: 'EPSG:2193',
      formats: { vector: gpkg, table: csv },
      choices: {},
      mosaic: false,
    });
  });

  test('is no system where only tables are chosen, and the fixed one of a format that has one', () => {
    expect(proposalsOf(emptyDraft, [layer('table', null, [csv])]).crs).toBe(null);
    const asKml = { ...emptyDraft, formats: { vector: kml } };
    expect(proposalsOf(asKml, [layer('vector', 'EPSG:2193', [kml, gpkg])]).crs).toBe('EPSG:4326');
  });

  test('never replaces what was chosen', () => {
    const draft = { ...emptyDraft, crs: 'EPSG:27700', formats: { vector: csv } };
    expect(proposalsOf(draft, [layer('vector', 'EPSG:2193', [gpkg])])).toMatchObject({
      crs: 'EPSG:27700',
      formats: { vector: csv },
    });
  });

  test('offers only formats that all layers of a kind can be had in', () => {
    const layers = [layer('vector', null, [csv, gpkg]), layer('vector', null, [gpkg]), undefined];
    expect(formatChoices(layers, 'vector').map(({ mimetype }) => mimetype)).toEqual([gpkg]);
  });
});
