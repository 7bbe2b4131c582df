import { Export, type Layer } from '@outcrop/client';
import { describe, expect, test, vi } from 'vitest';

import { changeDraft, type Draft, emptyDraft } from './draft.ts';
import { draftOf } from './from-export.ts';
import { fromWireItem, type ItemChoices, offeredOptions } from './item-choices.ts';
import { proposalsOf } from './proposals.ts';
import { toExport } from './to-export.ts';

vi.mock('../site-settings.ts', () => ({ siteSettings: { root: 'https://data.example/' } }));

const [gpkg, csv] = ['application/x-ogc-gpkg', 'text/csv'];
const kml = 'application/vnd.google-earth.kml+xml';
const [geotiff, jpeg, ascii] = ['image/tiff;subtype=geotiff', 'image/jpeg', 'application/x-ogc-aaigrid'];

function layer(kind: string, data: { tiles?: readonly string[]; type?: string } = {}): Layer {
  const { tiles = [], type } = data;
  const bands = type === undefined ? [] : [{ type }];
  return { kind, data: { crs: 'EPSG:2193', exportFormats: [], tiles, bands } } as unknown as Layer;
}

const photos = layer('raster', { tiles: ['BX15', 'BX16'], type: 'Byte' });

describe('the options of an item', () => {
  test.each<[string, Layer, string, readonly string[]]>([
    ['a vector layer as KML', layer('vector'), kml, ['color']],
    ['a vector layer as CSV', layer('vector'), csv, ['includeGeometryField']],
    ['a vector layer as GeoPackage', layer('vector'), gpkg, []],
    ['a table as CSV', layer('table'), csv, []],
    ['a tiled image', photos, geotiff, ['tiles', 'rasterResolutionMultiplier', 'includeRasterTab']],
    ['an image in one file', layer('raster', { tiles: ['a'] }), kml, ['rasterResolutionMultiplier']],
    ['a grid', layer('grid', { type: 'Float32' }), ascii, ['rasterResolutionMultiplier', 'includeRasterTab']],
    [
      'an image of 16 bits as JPEG',
      layer('raster', { type: 'UInt16' }),
      jpeg,
      ['rasterResolutionMultiplier', 'includeRasterTab', 'scaleToBytes'],
    ],
  ])('of %s are those that mean something', (_, of, mimetype, names) => {
    expect(offeredOptions(of, mimetype)).toEqual(names);
  });

  const chosen: Draft = {
    ...emptyDraft,
    items: ['l7', 'l2'],
    formats: { raster: geotiff, vector: kml },
    choices: {
      l7: { tiles: ['BX16'], rasterResolutionMultiplier: 2, includeRasterTab: true, color: '#003399' },
      l2: { color: '#003399', includeGeometryField: false },
    },
    mosaic: true,
  };
  const layers = [photos, layer('vector')];

  test('go into the request in the names of the wire, without those that mean nothing there', () => {
    const request = toExport(chosen, proposalsOf(chosen, layers), null).toRequest();
    expect(request.items).toEqual([
      {
        item: 'https://data.example/services/api/v1/layers/7/',
        tiles: ['BX16'],
        raster_resolution_multiplier: 2,
        include_raster_tab: true,
      },
      { item: 'https://data.example/services/api/v1/layers/2/', color: '#003399' },
    ]);
    expect(request.options).toEqual({ mosaic: true });
  });

  test('come back when the format is changed back', () => {
    const asCsv = changeDraft(chosen, { type: 'format', kind: 'vector', mimetype: csv });
    expect(proposalsOf(asCsv, layers).choices['l2']).toEqual({ includeGeometryField: false });
    const again = changeDraft(asCsv, { type: 'format', kind: 'vector', mimetype: kml });
    expect(proposalsOf(again, layers).choices['l2']).toEqual({ color: '#003399' });
  });

  test('of a mosaic need a layer of several tiles', () => {
    expect(proposalsOf({ ...chosen, items: ['l2'] }, [layer('vector')]).mosaic).toBe(false);
  });

  test('are the same after a request was written and read, so that what is checked is what is made', () => {
    const wanted = toExport(chosen, proposalsOf(chosen, layers), null);
    const { items, formats } = wanted.toRequest();
    const read = new Export({ items: items.map(fromWireItem), formats });
    expect(read.toRequest().items).toEqual(items);
  });

  test('of an export that was made are those of its repetition', () => {
    const made = toExport(chosen, proposalsOf(chosen, layers), null);
    const repeated = draftOf(made);
    expect(repeated.mosaic).toBe(true);
    expect(toExport(repeated, proposalsOf(repeated, layers), null).toRequest().items).toEqual(
      made.toRequest().items,
    );
  });

  test('are changed one at a time, and none is left of those taken back', () => {
    const set = (draft: Draft, choices: ItemChoices): Draft =>
      changeDraft(draft, { type: 'choices', item: 'l7', choices });
    const both = set(set(emptyDraft, { includeRasterTab: true }), { rasterResolutionMultiplier: 2 });
    expect(both.choices).toEqual({ l7: { includeRasterTab: true, rasterResolutionMultiplier: 2 } });
    const none = set(set(both, { includeRasterTab: undefined }), { rasterResolutionMultiplier: undefined });
    expect(none).toEqual(emptyDraft);
  });
});
