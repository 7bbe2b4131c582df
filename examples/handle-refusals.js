// Asks for things that a site refuses, and shows what a program learns from each refusal.
//
//   node examples/handle-refusals.js http://127.0.0.1:8080 <layer id>
//
// The API key comes from the environment variable KOORDINATES_TOKEN; a site served with --anonymous needs none.
import { Client, Export, isExportsError, NotFoundError, ValidationError } from '@outcrop/client';

const [url = '', layerId = ''] = process.argv.slice(2);
const client = new Client(url);
const layer = await client.layers.get(Number(layerId));

// A region where the layer has nothing. validate() says so without starting anything...
/** @type {import('@outcrop/client').Polygon} */
const gulfOfGuinea = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ],
  ],
};
const elsewhere = new Export({
  crs: 'EPSG:4326',
  formats: { vector: 'text/csv' },
  extent: gulfOfGuinea,
}).addItem(layer);
const check = await client.exports.validate(elsewhere);
console.log(`valid: ${check.isValid}, reasons: ${JSON.stringify(check.getReasons())}`);

// ...and create() throws, with the same reasons.
await attempt('a region without data', () => client.exports.create(elsewhere));

await attempt('a format that the layer does not have', () => {
  const wanted = new Export({ crs: 'EPSG:4326', formats: { vector: 'image/jpeg' }, items: [layer] });
  return client.exports.create(wanted);
});
await attempt('a layer that is not there', () => client.layers.get(999_999_999));
await attempt('an export without items', () => client.exports.create(new Export()));

/**
 * @param {string} what
 * @param {() => Promise<unknown>} call
 */
async function attempt(what, call) {
  try {
    await call();
    console.log(`${what}: no refusal`);
  } catch (error) {
    console.log(`${what}: ${explain(error)}`);
  }
}

/** @param {unknown} error */
function explain(error) {
  if (error instanceof ValidationError) {
    return error.issues.map(({ code, field, detail }) => `${code ?? field}: ${detail}`).join('; ');
  }
  if (error instanceof NotFoundError) return `not found (${error.status})`;
  // All errors of the SDK have a code; the list of codes is closed.
  if (isExportsError(error)) return `${error.code}: ${error.message}`;
  throw error;
}
