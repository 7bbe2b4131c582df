/** What a secret is replaced by in a log. */
export const masked = '[secret]';

/**
 * Keys whose values never go into a log, wherever in an object they stand (three levels down; deeper things are not logged).
 * Errors of libraries carry requests and their headers along.
 */
const secretKeys = [
  'authorization',
  'Authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'databaseUrl',
  'connectionString',
  'secretAccessKey',
  'sessionToken',
  'DATABASE_URL',
];

/** The keys as paths of pino's `redact`. */
export const secretPaths: string[] = secretKeys.flatMap((key) => [
  key,
  `*.${key}`,
  `*.*.${key}`,
  `*.*.*.${key}`,
]);

/** Secrets as they stand in the middle of text: each keeps what comes before it, so that one still sees what it was. */
const patterns: readonly RegExp[] = [
  // Authorization: key 0123…, Bearer …, Basic …; the quote may be one of JSON.
  /(\bkey\s+)[0-9a-f]{32}\b/gi,
  /(\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi,
  // The password of a URL.
  /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*:)[^\s/@"]+(?=@)/gi,
  // Signed addresses, ours and S3's, and whatever else names itself a secret in a query.
  /([?&](?:x-amz-signature|x-amz-credential|x-amz-security-token|signature|sig|token|ticket|key|secret|password)=)[^&\s"\\]+/gi,
  // Tickets of downloads are a part of the path: who reads a log must not be able to download.
  /(\/download\/(?:\d+\/)?)[\w.~-]{16,}/gi,
];

/** Text without the secrets that are known by their shape. */
export function maskSecrets(text: string): string {
  let clean = text;
  for (const pattern of patterns) {
    clean = clean.replace(pattern, `$1${masked}`);
  }
  return clean;
}
