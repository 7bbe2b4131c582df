import type { ClientOptions } from '@outcrop/client';
import { InvalidArgumentError } from 'commander';

/** Reads the address of a site: a URL, or a host, which means https. */
export function parseSite(text: string): string {
  if (text.trim() !== '') return text.trim();
  throw new InvalidArgumentError('Write an address such as http://127.0.0.1:8080 or data.linz.govt.nz.');
}

/** What a client is made with. Without `--key` it looks into the environment itself. */
export function clientOptions(key: string | undefined): ClientOptions {
  return { userAgent: 'outcrop', ...(key === undefined ? {} : { apiKey: key }) };
}
