import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { writeGeoPackage } from '@outcrop/testkit';

const outcrop = fileURLToPath(new URL('../../../packages/cli/bin/outcrop.js', import.meta.url));
const samples = fileURLToPath(new URL('../../../samples/site/', import.meta.url));

/** The demo site with a thousand layers more and a crop layer of five thousand sheets, being served. */
export interface PageSite extends AsyncDisposable {
  readonly url: string;
}

/** Id of the layer of sheets in `servePageSite`. */
export const sheetsLayer = 50;

/** Serves it to this machine. */
export async function servePageSite(): Promise<PageSite> {
  const folder = await mkdtemp(join(tmpdir(), 'outcrop-page-bench-'));
  await cp(samples, folder, { recursive: true, filter: (path) => !path.includes('.outcrop') });
  writeGeoPackage(pathToFileURL(join(folder, 'sheets.gpkg')), {
    tables: [
      {
        name: 'sheets',
        geometry: { type: 'POLYGON', epsg: 4326 },
        columns: [{ name: 'name', type: 'TEXT' }],
        features: Array.from({ length: 5000 }, (_, at) => sheet(at)),
      },
    ],
  });
  const layers = Array.from(
    { length: 1000 },
    (_, at) =>
      `  - { id: ${at + 100}, title: Survey ${at + 1}, file: earthquakes.gpkg, table: earthquakes }\n`,
  );
  const sheets = `  - { id: ${sheetsLayer}, title: Sheets, file: sheets.gpkg, table: sheets, crop_layer: true, name_field: name }\n`;
  await appendFile(join(folder, 'outcrop.yaml'), `${layers.join('')}${sheets}`);
  const child = spawn(process.execPath, [outcrop, 'serve', folder, '--anonymous', '--port', '0'], {
    env: { ...process.env, OUTCROP_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    url: await addressOf(child.stdout),
    async [Symbol.asyncDispose]() {
      const end = once(child, 'close');
      child.kill('SIGINT');
      await end;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /https?:\/\/\S+\//.exec(line)?.[0];
    if (url === undefined) continue;
    output.resume();
    return url;
  }
  throw new Error('the site did not start');
}

/** A square of two degrees, side by side and row on row, wherever that is on the earth. */
function sheet(at: number): {
  readonly geometry: { readonly type: 'Polygon'; readonly coordinates: [number, number][][] };
  readonly attributes: { readonly name: string };
} {
  const [west, south] = [-100 + (at % 100) * 2, -50 + Math.floor(at / 100) * 2];
  const ring: [number, number][] = [
    [west, south],
    [west + 2, south],
    [west + 2, south + 2],
    [west, south + 2],
    [west, south],
  ];
  return { geometry: { type: 'Polygon', coordinates: [ring] }, attributes: { name: `Sheet ${at}` } };
}
