import { describe, expect, test, vi } from 'vitest';

import { equivalentLines, exportLines } from './equivalent-lines.ts';

vi.mock('../site-settings.ts', () => ({ siteSettings: { root: 'https://data.example/' } }));

const request = {
  name: "it's; rm -rf $HOME",
  crs: 'EPSG:2193',
  formats: { vector: 'application/x-ogc-gpkg' },
  items: [{ item: 'https://data.example/services/api/v1/layers/2/' }],
  extent: 'https://data.example/services/api/v1/exports/croplayers/1/cropfeatures/166/',
} as const;

describe('the lines of a request', () => {
  test('quote what was typed, so that a shell takes it as it is', () => {
    const { cli, curl } = equivalentLines(request, { needsKey: true });
    const quoted = String.raw`'it'\''s; rm -rf $HOME'`;
    expect(cli).toContain(`--name ${quoted}`);
    expect(curl).toContain(String.raw`it'\''s; rm -rf $HOME`);
  });

  test('name the crop feature, the format and the system', () => {
    const { cli } = equivalentLines(request, { needsKey: false });
    expect(cli).toContain('--crop-feature 1/166');
    expect(cli).toContain('--format vector=gpkg');
    expect(cli).toContain('--crs EPSG:2193');
  });

  test('say options of items and of the whole in the SDK’s names, the wire’s, and a file for the command', () => {
    const { cli, sdk, curl } = equivalentLines(
      {
        ...request,
        formats: { raster: 'image/jpeg' },
        items: [{ ...request.items[0], raster_resolution_multiplier: 2, tiles: ['BX15'] }],
        options: { mosaic: true },
      },
      { needsKey: false },
    );
    expect(sdk).toContain('"rasterResolutionMultiplier": 2');
    expect(sdk).toMatch(/"options": \{\s+"mosaic": true\s+\}/);
    expect(sdk).not.toContain('raster_resolution_multiplier');
    expect(curl).toContain('"raster_resolution_multiplier":2,"tiles":["BX15"]');
    expect(curl).toContain('"options":{"mosaic":true}');
    expect(cli).toContain('"raster_resolution_multiplier": 2');
    expect(cli).toContain('outcrop run request.json');
  });

  test('take the key from the environment, and only where one is needed', () => {
    expect(equivalentLines(request, { needsKey: true }).curl).toContain('key $KOORDINATES_TOKEN');
    expect(equivalentLines(request, { needsKey: false }).curl).not.toContain('KOORDINATES_TOKEN');
  });

  test('of an export fetch it once it is complete, and stop it before', () => {
    const complete = exportLines(7, { needsKey: true, isRunning: false });
    expect(complete.curl).toContain('/exports/7/download/');
    expect(complete.sdk).toContain("made.download('./')");
    const running = exportLines(7, { needsKey: false, isRunning: true });
    expect(running.curl).toBe('curl -X DELETE https://data.example/services/api/v1/exports/7/');
    expect(running.sdk).toContain('client.exports.cancel(7)');
  });
});
