import { StorageError } from './storage-error.ts';

interface S3Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

const passingCodes =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND|TimeoutError|SlowDown|RequestTimeout|Throttling|InternalError)$/;

/** Answers to HEAD have no body to say it. */
const byStatus: Readonly<Record<number, string>> = {
  301: 'PermanentRedirect',
  403: 'AccessDenied',
  404: 'NotFound',
  503: 'SlowDown',
};

const remedies: Readonly<Record<string, string>> = {
  NoSuchBucket: 'make the bucket that STORAGE_URL names',
  AccessDenied: 'give the key of AWS_ACCESS_KEY_ID the permissions of docs/operate/storage.md',
  InvalidAccessKeyId: 'check AWS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'check AWS_SECRET_ACCESS_KEY, and the region of STORAGE_URL',
  PermanentRedirect: 'check the region and endpoint of STORAGE_URL',
  AuthorizationHeaderMalformed: 'check the region of STORAGE_URL',
  CredentialsProviderError:
    'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role that the AWS SDK finds',
  ENOTFOUND: 'check the endpoint of STORAGE_URL',
  ECONNREFUSED: 'check the endpoint of STORAGE_URL, and that the service runs',
};

/**
 * What failed at an S3 service, without what the SDK's errors hold of the request: addresses, headers, keys.
 *
 * @param doing for the message: `The storage could not ${doing}`.
 */
export function toStorageError(error: unknown, doing: string): StorageError {
  if (error instanceof StorageError) {
    return error;
  }
  const { name, code, $metadata: metadata } = Object(error) as S3Failure;
  const status = metadata?.httpStatusCode;
  const what = [code, name].find(isCode) ?? byStatus[status ?? 0] ?? 'Unknown';
  const details = [
    status === undefined ? '' : ` (HTTP ${status})`,
    remedies[what] === undefined ? '' : `; ${remedies[what]}`,
    metadata?.requestId === undefined ? '' : ` [request ${metadata.requestId}]`,
  ];
  const isPassing = status !== undefined && (status >= 500 || status === 429 || status === 408);
  return new StorageError(`The storage could not ${doing}: ${what}${details.join('')}`, {
    code: what,
    isRetryable: (isPassing && status !== 501) || passingCodes.test(what),
  });
}

function isCode(text: unknown): text is string {
  return typeof text === 'string' && /^[A-Z][\w.]{2,60}$/.test(text) && !/^(?:Unknown|Error)/.test(text);
}

/** Whether an error is the answer that there is no such object. */
export function isMissing(error: unknown): boolean {
  return error instanceof StorageError && ['NotFound', 'NoSuchKey'].includes(error.code);
}
