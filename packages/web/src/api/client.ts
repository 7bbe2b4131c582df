import { Client } from '@outcrop/client';

import { siteSettings } from '../site-settings.ts';
import { pageFetch } from './page-fetch.ts';
import { readKey } from './session.ts';

let current: { key: string | null; client: Client } | null = null;

/** The client of this site's API, with the key of whoever is signed in. */
export function siteClient(): Client {
  const key = readKey();
  if (current === null || current.key !== key) {
    const { origin } = new URL(siteSettings.root);
    const retry = { retries: 2, maxMs: 5000 };
    current = {
      key,
      client: new Client(origin, { apiKey: key, fetch: pageFetch, allowInsecure: true, retry }),
    };
  }
  return current.client;
}
