// Exports a layer cropped to a country, or to any other feature of a site's crop layers.
//
//   node examples/crop-by-country.js http://127.0.0.1:8080 <layer id> "New Zealand" [folder]
//
// The API key comes from the environment variable KOORDINATES_TOKEN; a site served with --anonymous needs none.
import { Client, Export, ValidationError } from '@outcrop/client';

const [url = '', layerId = '', country = '', folder = '.'] = process.argv.slice(2);
const client = new Client(url);

const wanted = new Export({
  name: `${country} only`,
  crs: 'EPSG:4326',
  formats: { vector: 'application/geo+json' },
  extent: await findCountry(),
  // Features on the border are cut. Others are left out whole by 'within', and kept whole by 'intersects'.
  options: { cropMode: 'clip' },
}).addItem(await client.layers.get(Number(layerId)));

try {
  const { path, bytes } = await client.exports.run(wanted, { to: `${folder}/` });
  console.log(`${path}: ${bytes} bytes`);
} catch (error) {
  if (!(error instanceof ValidationError)) throw error;
  // Most often: the layer has nothing in the country.
  for (const { item, detail } of error.issues) console.error(`${item ?? 'export'}: ${detail}`);
  process.exitCode = 1;
}

/** The country in the first crop layer that has it. */
async function findCountry() {
  for await (const cropLayer of client.exports.cropLayers.list()) {
    for await (const feature of cropLayer.features.filter({ name: country })) {
      if (feature.name === country) return feature;
    }
  }
  throw new Error(`No crop layer of ${url} has a feature named ${country}`);
}
