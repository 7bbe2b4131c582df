// Exports every layer of a site, a few at a time; one that fails does not stop the others.
//
//   node examples/many-exports.js http://127.0.0.1:8080 <folder> [at once]
//
// The API key comes from the environment variable KOORDINATES_TOKEN; a site served with --anonymous needs none.
import { Client, Export } from '@outcrop/client';

const [url = '', folder = '.', atOnce = '3'] = process.argv.slice(2);
const client = new Client(url);
const layers = client.layers.list()[Symbol.asyncIterator]();
let failures = 0;

// Each worker takes the next layer of the same list until there is none, so never more than a few run at once.
await Promise.all(Array.from({ length: Number(atOnce) }, exportNext));
process.exitCode = failures === 0 ? 0 : 1;

async function exportNext() {
  for (let next = await layers.next(); next.done !== true; next = await layers.next()) {
    const { id, title } = next.value;
    try {
      console.log(`${title}: ${await exportLayer(id)}`);
    } catch (error) {
      failures += 1;
      console.error(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** @param {number} layerId */
async function exportLayer(layerId) {
  const layer = await client.layers.get(layerId);
  const wanted = new Export({
    crs: layer.data.crs,
    formats: { vector: 'application/x-ogc-gpkg' },
    items: [layer],
  });
  const { path, bytes } = await client.exports.run(wanted, {
    to: `${folder}/`,
    // A create whose answer got lost is sent again with the same key, which makes no second export.
    idempotencyKey: crypto.randomUUID(),
  });
  return `${bytes} bytes in ${path}`;
}
