import { InvalidArgumentError } from 'commander';

/** Reads an http or https URL. */
export function parseUrl(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  }
  throw new InvalidArgumentError('Write a URL such as https://data.example.org.');
}
