// Runs in a browser: the program of the page that e2e/browser-client.test.ts opens.
import { Client, Export, type ExportProgress, isExportsError } from '@outcrop/client';

/** A site, and what to export of it. */
export interface Task {
  readonly site: string;
  readonly key: string;
  readonly layerId: number;
  readonly cropFeature: string;
}

/** What a browser got. */
export interface Outcome {
  readonly isValid: boolean;
  readonly states: readonly string[];
  /** What the site says the digest is. */
  readonly promised: string | null;
  readonly blob: { readonly name: string; readonly bytes: number; readonly sha256: string | null };
  /** Of the Blob's bytes, by the browser. */
  readonly blobDigest: string;
  readonly blobStart: string;
  readonly stream: { readonly name: string; readonly totalBytes: number | null; readonly bytes: number };
  readonly streamDigest: string;
  readonly intoPath: string;
  readonly keyScopeError: string;
}

async function exportInBrowser({ site, key, layerId, cropFeature }: Task): Promise<Outcome> {
  const client = new Client(site, { apiKey: key });
  const [regions] = await client.exports.cropLayers.list().take(1);
  const wanted = new Export({
    name: 'from a browser',
    crs: 'EPSG:2193',
    formats: { vector: 'application/geo+json' },
    extent: (await regions?.findFeature(cropFeature)) ?? null,
  }).addItem(await client.layers.get(layerId));
  const { isValid } = await client.exports.validate(wanted);
  await client.exports.create(wanted);
  const states = new Set<string>();
  await wanted.wait({ onProgress: ({ state }: ExportProgress) => states.add(state) });

  const { blob, ...result } = await wanted.downloadBlob();
  const blobBytes = new Uint8Array(await blob.arrayBuffer());
  const { stream, ...head } = await wanted.download();
  const streamBytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return {
    isValid,
    states: [...states],
    promised: wanted.sha256,
    blob: result,
    blobDigest: await digest(blobBytes),
    blobStart: String.fromCharCode(...blobBytes.subarray(0, 2)),
    stream: { ...head, bytes: streamBytes.byteLength },
    streamDigest: await digest(streamBytes),
    intoPath: await messageOf(wanted.download('./somewhere/')),
    keyScopeError: await messageOf(new Client(site, { apiKey: '0'.repeat(32) }).layers.get(layerId)),
  };
}

/** Downloads export 9 of a site. */
async function downloadNine(site: string): Promise<{ text: string; sha256: string | null }> {
  const { blob, sha256 } = await (
    await new Client(site, { apiKey: 'secret-of-the-site' }).exports.get(9)
  ).downloadBlob();
  return { text: await blob.text(), sha256 };
}

/** Asks a site for layer 3, which leads elsewhere. */
async function askForThree(site: string): Promise<string> {
  return messageOf(new Client(site, { apiKey: 'secret-of-the-site' }).layers.get(3));
}

async function messageOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'no error';
  } catch (error) {
    return isExportsError(error) ? `${error.name} ${error.code}: ${error.message}` : String(error);
  }
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

Object.assign(globalThis, { exportInBrowser, downloadNine, askForThree });
