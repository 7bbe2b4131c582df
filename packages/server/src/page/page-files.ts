import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** How the bytes of a file go over the wire. */
export type Encoding = 'br' | 'gzip' | 'identity';

/** The built page. */
export interface PageFiles {
  /** `index.html`; null where the page was not built. */
  readonly html: string | null;
  /** A file of the page by its name, packed as asked; null where there is none. */
  read(name: string, encoding: Encoding): Promise<{ bytes: Uint8Array; type: string } | null>;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

const packers = {
  br: (bytes: Uint8Array) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes, { level: 9 }),
  identity: (bytes: Uint8Array) => Promise.resolve(bytes),
} as const;

/** Finds the built page. Only names that are there now are ever read, so that no name leads out of the folder. */
export function openPageFiles(): PageFiles {
  const index = findIndex();
  if (index === null) return { html: null, read: () => Promise.resolve(null) };
  const folder = join(dirname(index), 'assets');
  const names = new Set(readdirSync(folder));
  const packed = new Map<string, Promise<Uint8Array>>();
  return {
    html: readFileSync(index, 'utf8'),
    async read(name, encoding) {
      if (!names.has(name)) return null;
      const key = `${encoding} ${name}`;
      const bytes = packed.get(key) ?? packers[encoding](readFileSync(join(folder, name)));
      packed.set(key, bytes);
      return { bytes: await bytes, type: types[extname(name)] ?? 'application/octet-stream' };
    },
  };
}

function findIndex(): string | null {
  try {
    const path = createRequire(import.meta.url).resolve('@outcrop/web/page');
    readFileSync(path);
    return path;
  } catch {
    return null;
  }
}
