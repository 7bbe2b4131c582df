// The program of index.html: exports a layer as GeoJSON and gives the archive to the browser to save.
import { Client, Export, isExportsError } from '@outcrop/client';

const form = document.querySelector('form');
const bar = document.querySelector('progress');
const output = document.querySelector('output');

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const { site, key, layer } = form.elements;
  exportLayer(site.value, key.value, layer.valueAsNumber).catch(show);
});

/**
 * @param {string} site
 * @param {string} key
 * @param {number} layerId
 */
async function exportLayer(site, key, layerId) {
  const client = new Client(site, { apiKey: key === '' ? null : key });
  const layer = await client.layers.get(layerId);
  const wanted = new Export({
    crs: 'EPSG:4326',
    formats: { vector: 'application/geo+json' },
    items: [layer],
  });
  await client.exports.create(wanted);
  bar.hidden = false;
  await wanted.wait({ onProgress: ({ progress }) => (bar.value = progress ?? 0) });
  const { blob, name, sha256 } = await wanted.downloadBlob({
    onProgress: (bytes, total) => (bar.value = bytes / (total ?? bytes)),
  });
  save(blob, name);
  output.textContent = `${name}, SHA-256 ${sha256}`;
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** @param {unknown} error */
function show(error) {
  output.textContent = isExportsError(error) ? error.message : String(error);
}
