// Serves the demo site, exports cities, countries, a picture and a grid cropped to New Zealand in EPSG:2193, as
// GeoPackage and as Shapefile, checks the archives and lists them. Exits 0 only when all of that worked.
import { execFile, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Client, Export } from '@outcrop/client';

const command = fileURLToPath(new URL('../packages/cli/bin/outcrop.js', import.meta.url));
const site = fileURLToPath(new URL('../samples/site/', import.meta.url));
const downloads = fileURLToPath(new URL('../exports/', import.meta.url));
const formats = { GeoPackage: 'application/x-ogc-gpkg', Shapefile: 'application/x-zipped-shp' };
const pixelFormats = { raster: 'image/jpeg', grid: 'application/x-ogc-aaigrid' };
const startTimeoutMs = 60_000;

const keep = process.argv.includes('--keep');
const server = spawn(process.execPath, [command, 'serve', site, '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { OUTCROP_LOG_LEVEL: 'warn', ...process.env },
});
const stopped = new Promise((resolve) => server.once('exit', resolve));

try {
  const url = await addressOf(server);
  console.log(`The demo site is at ${url}`);
  const token = await createToken();
  const client = new Client(url, { apiKey: token });
  await mkdir(downloads, { recursive: true });
  for (const [label, mimetype] of Object.entries(formats))
    await exportNewZealand(client, { label, mimetype });
  if (keep) {
    console.log(`\nThe site keeps running at ${url}; stop it with Ctrl-C. A key for it: ${token}`);
    await stopped;
  }
} catch (error) {
  console.error(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  server.kill('SIGTERM');
  await stopped;
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} child
 * @returns {Promise<string>}
 */
async function addressOf(child) {
  const timer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /^Serving at (\S+)$/.exec(line) ?? [];
      if (url !== undefined) return url;
    }
    throw new Error('the site ended before it was listening');
  } finally {
    clearTimeout(timer);
  }
}

/** @returns {Promise<string>} */
async function createToken() {
  const scopes = ['exports:read', 'exports:write', 'layers:read'].flatMap((scope) => ['--scope', scope]);
  const { stdout } = await run(['token', 'create', site, ...scopes, '--json']);
  return JSON.parse(stdout).token;
}

/**
 * @param {Client} client
 * @param {{ label: string, mimetype: string }} format
 */
async function exportNewZealand(client, { label, mimetype }) {
  const countries = await client.exports.cropLayers.list().first();
  if (countries === undefined) throw new Error('the demo site has no crop layer');
  const wanted = new Export({
    name: `new-zealand-${label.toLowerCase()}`,
    crs: 'EPSG:2193',
    formats: { vector: mimetype, ...pixelFormats },
    extent: await countries.findFeature('New Zealand'),
  })
    .addItem(await client.layers.get(1))
    .addItem(await client.layers.get(2));
  // Pixels are written by GDAL: a machine without it exports the rest.
  for (const id of [5, 6]) {
    const layer = await client.layers.get(id);
    if (layer.data.exportFormats.length > 0) wanted.addItem(layer);
    else console.log(`${layer.title} is left out: ${layer.unavailable ?? 'GDAL is missing'}`);
  }

  console.log(`\n${label}: cities, countries, a picture and a grid cropped to New Zealand, in EPSG:2193`);
  const { path, bytes, sha256 } = await client.exports.run(wanted, { to: downloads, overwrite: true });
  console.log(`${path}\n${bytes} bytes, SHA-256 ${sha256}`);
  const { stdout } = await run(['verify', path]);
  console.log(stdout.trimEnd());
}

/**
 * Runs the command; its failure carries what it wrote to stderr.
 *
 * @param {string[]} commandArguments
 */
function run(commandArguments) {
  return promisify(execFile)(process.execPath, [command, ...commandArguments]);
}
