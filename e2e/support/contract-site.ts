import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestS3 } from '@outcrop/testkit';

import { json, type RawAnswer, type RawRequest, send } from './raw-http.ts';
import { runOutcrop } from './run-outcrop.ts';
import { makeSampleFolder } from './sample-data.ts';
import { createKey, serveSite } from './serve-site.ts';

/** The versions of the API; what holds for one holds for the other unless a test says so. */
export const versions = ['v1', 'v1.x'] as const;

/** A version of the API. */
export type Version = (typeof versions)[number];

/** An export's body, as far as the suite reads it. */
export interface Detail {
  readonly id: number;
  readonly url: string;
  readonly state: string;
  readonly download_url: string | null;
  readonly progress: number | null;
  readonly sha256: string | null;
}

/** The built site of the sample data, spoken to by HTTP alone. */
export interface ContractSite extends AsyncDisposable {
  readonly url: string;
  /** A key with every scope. */
  readonly key: string;
  /** Ids by title in lower case: `places`, `regions`, `visits`. */
  readonly ids: Readonly<Record<string, number>>;
  /** The address of a path of the API. */
  at(path: string, version?: Version): string;
  /** Asks with the key, unless the headers say otherwise. */
  ask(path: string, request?: RawRequest, version?: Version): Promise<RawAnswer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<RawAnswer>;
  /** Asks with the key where an archive is, and then there without it. */
  download(path: string, request?: RawRequest): Promise<RawAnswer>;
  /** The smallest export: the table as CSV. */
  create(changes?: object): Promise<Detail>;
  settled(url: string): Promise<Detail>;
  newKey(...scopes: string[]): Promise<string>;
  /** Removes an archive, as whoever runs the site may. */
  removeArchive(sha256: string): Promise<void>;
}

/**
 * Makes the sample folder and serves it.
 *
 * @param s3 where the site is to keep its archives; its folder where absent.
 */
export async function openContractSite(s3?: TestS3): Promise<ContractSite> {
  const root = await mkdtemp(join(tmpdir(), 'outcrop-contract-'));
  const folder = join(root, 'site');
  await makeSampleFolder(folder);
  const init = await runOutcrop(['init', folder], { cwd: root });
  if (init.exitCode !== 0) throw new Error(`init failed: ${init.stderr}`);
  await addLicence(join(folder, 'outcrop.yaml'));
  const served = await serveSite(folder, [], s3?.environment);
  const newKey = (...scopes: string[]): Promise<string> => createKey(folder, scopes);
  const key = await newKey('exports:read', 'exports:write', 'layers:read');
  const at = (path: string, version: Version = 'v1'): string =>
    new URL(`/services/api/${version}/${path}`, served.url).href;
  const ask: ContractSite['ask'] = (path, request = {}, version = 'v1') =>
    send(path.startsWith('http') ? path : at(path, version), {
      ...request,
      headers: { authorization: `key ${key}`, ...request.headers },
    });
  const data = json<{ id: number; title: string }[]>(await ask('data/'));
  const ids = Object.fromEntries(data.map(({ id, title }) => [title.toLowerCase(), id]));
  const post: ContractSite['post'] = (path, body, headers = {}) =>
    ask(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return {
    url: served.url,
    key,
    ids,
    at,
    ask,
    post,
    newKey,
    async download(path, request = {}) {
      const answer = await ask(path, { method: request.method ?? 'GET' });
      if (answer.status !== 302) throw new Error(`HTTP ${answer.status}: ${answer.body.toString()}`);
      return send(String(answer.headers.location), request);
    },
    removeArchive: (sha256) => removeArchive(s3?.folder ?? join(folder, '.outcrop', 'exports'), sha256),
    ...exporter({ ask, post, ids }),
    [Symbol.asyncDispose]: async () => {
      await served.stop();
      await rm(root, { recursive: true });
    },
  };
}

async function removeArchive(store: string, sha256: string): Promise<void> {
  const names = await readdir(store, { recursive: true });
  const archives = names
    .filter((name) => /\.zip(?:\._S3rver_object)?$/.test(name))
    .map((name) => join(store, name));
  for (const archive of archives) {
    const digest = createHash('sha256')
      .update(await readFile(archive))
      .digest('hex');
    if (digest === sha256) await rm(archive);
  }
}

/** Gives the regions a licence; the other layers have none. */
async function addLicence(configFile: string): Promise<void> {
  const config = await readFile(configFile, 'utf8');
  const licence =
    '{ title: CC BY 4.0, type: cc-by, url: https://creativecommons.org/licenses/by/4.0/, attribution: The surveyors, text: The whole licence. }';
  const changed = config.replace(
    /^( *)(?:- )?title: Regions$/m,
    (line, indent: string) => `${line}\n${indent}${line.includes('- ') ? '  ' : ''}licence: ${licence}`,
  );
  if (changed === config) throw new Error(`no layer Regions in ${config}`);
  await writeFile(configFile, changed);
}

let created = 0;

function exporter(
  site: Pick<ContractSite, 'ask' | 'post' | 'ids'>,
): Pick<ContractSite, 'create' | 'settled'> {
  return {
    async create(changes = {}) {
      const body = {
        // Each is another: equal ones would share an archive.
        name: `export ${(created += 1)}`,
        items: [{ item: `tables/${site.ids['visits']}` }],
        formats: { table: 'text/csv' },
        ...changes,
      };
      const answer = await site.post('exports/', body);
      if (answer.status !== 201) throw new Error(`HTTP ${answer.status}: ${answer.body.toString()}`);
      return json<Detail>(answer);
    },
    async settled(url) {
      for (;;) {
        const detail = json<Detail>(await site.ask(url));
        if (detail.state !== 'processing') return detail;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}
