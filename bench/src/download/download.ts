// Downloads the archive of an export: `node download.js URL ID FILE [unverified]`.
import { Client } from '@outcrop/client';

const [url = '', id = '', file = '', how] = process.argv.slice(2);
const done = await new Client(url, { apiKey: null }).exports.get(Number(id));
await done.download(file, { verify: how !== 'unverified' });
