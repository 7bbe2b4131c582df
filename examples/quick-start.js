// Exports a layer of a site and downloads the archive.
//
//   node examples/quick-start.js http://127.0.0.1:8080 [layer id] [folder]
//
// The API key comes from the environment variable KOORDINATES_TOKEN; a site served with --anonymous needs none.
import { Client, Export } from '@outcrop/client';

const [url = 'http://127.0.0.1:8080', layerId, folder = '.'] = process.argv.slice(2);
const client = new Client(url);

// The first layer, unless one was asked for.
const id = layerId === undefined ? (await client.layers.list().first())?.id : Number(layerId);
if (id === undefined) throw new Error(`${url} has no layers`);
const layer = await client.layers.get(id);
console.log(`${layer.title}: ${layer.data.featureCount} features in ${layer.data.crs}`);

const wanted = new Export({
  crs: layer.data.crs,
  formats: { vector: 'application/x-ogc-gpkg' },
}).addItem(layer);

// A site says beforehand what is wrong with a request, and what the archive will weigh.
const check = await client.exports.validate(wanted);
if (!check.isValid) throw new Error(`The site refuses: ${JSON.stringify(check.getReasons())}`);
console.log(`About ${check.sizeEstimateZipped} bytes`);

await client.exports.create(wanted);
await wanted.wait();
const { path, bytes, sha256 } = await wanted.download(`${folder}/`);
console.log(`${path}: ${bytes} bytes, SHA-256 ${sha256}`);
