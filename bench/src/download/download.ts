// Downloads the archive of a site: `node download.js URL FILE [unverified]`.
import { Client } from '@outcrop/client';

const [url = '', file = '', how] = process.argv.slice(2);
const done = await new Client(url, { apiKey: null }).exports.get(1);
await done.download(file, { verify: how !== 'unverified' });
