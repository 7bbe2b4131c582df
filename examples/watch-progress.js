// Exports a layer, tells how far it is, and cancels the export when it is interrupted with Ctrl-C.
//
//   node examples/watch-progress.js http://127.0.0.1:8080 <layer id> [folder]
//
// The API key comes from the environment variable KOORDINATES_TOKEN; a site served with --anonymous needs none.
import { Client, Export, ExportFailedError } from '@outcrop/client';

const [url = '', layerId = '', folder = '.'] = process.argv.slice(2);
const client = new Client(url);
const controller = new AbortController();
process.once('SIGINT', () => controller.abort(new Error('interrupted; the export was cancelled')));

const layer = await client.layers.get(Number(layerId));
const wanted = new Export({ crs: 'EPSG:4326', formats: { vector: 'text/csv' } }).addItem(layer);

try {
  const { path, sha256 } = await client.exports.run(wanted, {
    to: `${folder}/`,
    overwrite: true,
    signal: controller.signal,
    deadlineMs: 60 * 60 * 1000,
    onProgress: (step) => {
      if (step.step === 'build') console.log(`${percent(step.progress)} ${step.stage ?? step.state}`);
      else console.log(`${percent(step.bytes / (step.totalBytes ?? step.bytes))} downloaded`);
    },
  });
  console.log(`${path}, SHA-256 ${sha256}`);
} catch (error) {
  // What the site says of a failure is in the error, and the export with all that is known of it too.
  if (error instanceof ExportFailedError) console.error(`${error.export.state}: ${error.message}`);
  else console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @param {number | null} fraction */
function percent(fraction) {
  return `${Math.round((fraction || 0) * 100)}%`.padStart(4);
}
