/** A bucket of an S3 service, and how to reach it. Holds no secret: credentials are those of the environment. */
export interface S3Settings {
  readonly kind: 's3';
  readonly bucket: string;
  /** Before every key; empty, or ends in `/`. */
  readonly prefix: string;
  /** Null for AWS itself. */
  readonly endpoint: URL | null;
  /** The address of the service for those who download, where it is another than the site's; null where it is the same. */
  readonly publicEndpoint: URL | null;
  readonly region: string;
  /** Whether the bucket is the first part of the path (MinIO and others), not of the host name. */
  readonly isPathStyle: boolean;
  /** Whether downloads are sent by the service itself, to which the site redirects, or by the site. */
  readonly isRedirecting: boolean;
}

/** Where a site keeps its archives. */
export type StorageSettings = { readonly kind: 'files' } | S3Settings;

const parameters = ['endpoint', 'public_endpoint', 'region', 'path_style', 'downloads'];

/**
 * Reads `STORAGE_URL`: `s3://bucket/prefix?endpoint=http://127.0.0.1:9000&region=…&path_style=true`.
 *
 * @param defaultRegion that of the environment.
 * @throws Error whose message says what is wrong without repeating the value, in which somebody may have put a secret.
 */
export function parseStorageUrl(text: string, defaultRegion: string | null): S3Settings {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== 's3:') {
    throw new Error('is not an address such as s3://bucket/prefix?region=eu-west-1');
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('must not hold credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead');
  }
  const unknown = [...url.searchParams.keys()].find((name) => !parameters.includes(name));
  if (unknown !== undefined) {
    throw new Error(`has a parameter that does not exist; there are ${parameters.join(', ')}`);
  }
  const endpoint = readEndpoint(url, 'endpoint');
  const region = url.searchParams.get('region') ?? defaultRegion ?? (endpoint === null ? null : 'us-east-1');
  if (region === null) {
    throw new Error('has no region; add ?region=eu-west-1, or set AWS_REGION');
  }
  return {
    kind: 's3',
    bucket: readBucket(url),
    prefix: readPrefix(url),
    endpoint,
    publicEndpoint: readEndpoint(url, 'public_endpoint'),
    region,
    isPathStyle: readChoice(url, 'path_style', { true: true, false: false }) ?? endpoint !== null,
    isRedirecting: readChoice(url, 'downloads', { redirect: true, site: false }) ?? true,
  };
}

function readBucket({ hostname }: URL): string {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(hostname)) {
    throw new Error('names no bucket: lower-case letters, digits, "-" and ".", from 3 to 63 of them');
  }
  return hostname;
}

function readPrefix({ pathname }: URL): string {
  const prefix = pathname.replace(/^\//, '').replace(/\/$/, '');
  if (prefix.length > 300 || !/^(?:[\w.-]+(?:\/[\w.-]+)*)?$/.test(prefix)) {
    throw new Error('has a prefix that cannot be used: letters, digits, "_", "-", "." and "/" can');
  }
  return prefix === '' ? '' : `${prefix}/`;
}

function readEndpoint(url: URL, name: string): URL | null {
  const value = url.searchParams.get(name);
  if (value === null) {
    return null;
  }
  const endpoint = URL.canParse(value) ? new URL(value) : null;
  if (endpoint === null || !/^https?:$/.test(endpoint.protocol) || endpoint.search !== '') {
    throw new Error(`has an ${name} that is no address such as http://127.0.0.1:9000`);
  }
  if (endpoint.username !== '' || endpoint.password !== '') {
    throw new Error(
      `must not hold credentials in ${name}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead`,
    );
  }
  return endpoint;
}

function readChoice(url: URL, name: string, choices: Readonly<Record<string, boolean>>): boolean | null {
  const value = url.searchParams.get(name);
  if (value === null) {
    return null;
  }
  const chosen = choices[value];
  if (chosen === undefined) {
    throw new Error(`has a ${name} that is none of ${Object.keys(choices).join(', ')}`);
  }
  return chosen;
}
