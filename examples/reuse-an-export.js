// Downloads a layer, from an earlier export of the same request where the site still has one.
//
//   node examples/reuse-an-export.js http://127.0.0.1:8080 <layer id> [folder]
//
// The API key comes from the environment variable KOORDINATES_TOKEN; a site served with --anonymous needs none.
import { Client, Export } from '@outcrop/client';

const [url = '', layerId = '', folder = '.'] = process.argv.slice(2);
const client = new Client(url);
const layer = await client.layers.get(Number(layerId));
const wanted = new Export({ crs: 'EPSG:4326', formats: { vector: 'text/csv' }, items: [layer] });

// Not one from before the layer was published as it is now, where the site says when that was.
const createdAfter = layer.publishedAt === null ? undefined : new Date(layer.publishedAt);
const earlier = await client.exports.findReusable(wanted, { createdAfter });
const done = earlier ?? (await (await client.exports.create(wanted)).wait());
console.log(earlier === undefined ? `created export ${done.id}` : `export ${done.id} is there already`);

const { path } = await done.download(`${folder}/`, { overwrite: true });
console.log(path);
