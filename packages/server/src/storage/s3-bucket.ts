import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

import { toStorageError } from './s3-error.ts';
import type { S3Settings } from './storage-url.ts';

/** How patient a store is. */
export interface S3Patience {
  /** Requests for one operation, the first included; the SDK waits longer and longer between them. */
  readonly maxAttempts: number;
  readonly connectMs: number;
  /** From the first byte of a request to the head of the answer. */
  readonly answerMs: number;
  /** Without a byte in either direction. */
  readonly silenceMs: number;
}

const patience: S3Patience = { maxAttempts: 4, connectMs: 5000, answerMs: 60_000, silenceMs: 60_000 };

type Sent = Parameters<S3Client['send']>[0];
interface Command<Output> {
  readonly input: object;
  // The shape by which the SDK's commands say what they answer.
  readonly resolveMiddleware: (...parts: never[]) => (...parts: never[]) => Promise<{ output: Output }>;
}

/** A bucket of an S3 service. */
export class S3Bucket {
  /** What every command on an object begins with. */
  readonly name: string;
  readonly prefix: string;
  readonly client: S3Client;
  /** Signs addresses for those who download. */
  readonly signer: S3Client;

  constructor(settings: S3Settings, given: Partial<S3Patience> = {}) {
    this.name = settings.bucket;
    this.prefix = settings.prefix;
    const config = clientConfig(settings, { ...patience, ...given });
    this.client = new S3Client(config);
    this.signer =
      settings.publicEndpoint === null
        ? this.client
        : new S3Client({ ...config, endpoint: settings.publicEndpoint.href });
  }

  /** Where an object is. */
  at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.name, Key: this.prefix + key };
  }

  /**
   * Sends a command.
   *
   * @param doing for the message: `The storage could not ${doing}`.
   * @throws StorageError; on abort, `signal.reason`.
   */
  async send<Output>(command: Command<Output>, doing: string, signal?: AbortSignal): Promise<Output> {
    signal?.throwIfAborted();
    try {
      const options = signal === undefined ? {} : { abortSignal: signal };
      return (await this.client.send(command as unknown as Sent, options)) as Output;
    } catch (error) {
      signal?.throwIfAborted();
      throw toStorageError(error, doing);
    }
  }
}

function clientConfig(settings: S3Settings, { maxAttempts, ...times }: S3Patience): S3ClientConfig {
  return {
    region: settings.region,
    ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint.href }),
    forcePathStyle: settings.isPathStyle,
    maxAttempts,
    retryMode: 'standard',
    // Bodies are signed with their SHA-256; the newer checksums are not known to every service that speaks S3.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: times.connectMs,
      requestTimeout: times.answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: times.silenceMs,
    },
  };
}
