// Lists what a site has that can be exported, and in which formats.
//
//   node examples/find-a-layer.js http://127.0.0.1:8080 [words] [kind]
//
// The API key comes from the environment variable KOORDINATES_TOKEN; a site served with --anonymous needs none.
import { Client } from '@outcrop/client';

const [url = 'http://127.0.0.1:8080', text, kind] = process.argv.slice(2);
const client = new Client(url);

for await (const entry of client.catalog.search({ text, kind, permission: 'download' })) {
  const collection = entry.type === 'table' ? client.tables : client.layers;
  const { data } = await collection.get(entry.id);
  const formats = data.exportFormats.map(({ name }) => name).join(', ');
  console.log(`${entry.id}  ${entry.title} (${entry.kind}, ${data.crs ?? 'no position'}): ${formats}`);
}
