// A site with one complete export, whose archive is a file: `node serve-archive.js FILE`. Prints its address.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [file = ''] = process.argv.slice(2);
const { size } = statSync(file);
const detail = JSON.stringify({ id: 1, name: 'archive', state: 'complete', download_url: null });

const server = createServer(({ url = '' }, response) => {
  if (!url.endsWith('/download/')) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(detail);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/zip', 'content-length': size });
  // As much at once as a site of Outcrop reads.
  createReadStream(file, { highWaterMark: 256 * 1024 }).pipe(response);
}).listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
