/// <reference lib="esnext.disposable" />

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import S3rver from '@20minutes/s3rver';

/** An S3 service on this machine, with one bucket. */
export interface TestS3 extends AsyncDisposable {
  readonly endpoint: URL;
  /** What a site that keeps its archives there has in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The requests that it got. */
  readonly requests: IncomingMessage[];
  /** Where its objects are, as files whose names begin with their keys. */
  readonly folder: string;
}

const bucketName = 'archives';

/** Starts the service on a free port, with its objects in a temporary folder. */
export async function startS3(): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), 'outcrop-s3-'));
  const service = new S3rver({
    directory,
    silent: true,
    // It reads some signatures wrongly; the server's own tests check them.
    allowMismatchedSignatures: true,
    configureBuckets: [{ name: bucketName, configs: [] }],
  });
  await service.configureBuckets();
  const answer = service.callback();
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    endpoint,
    environment: {
      STORAGE_URL: `s3://${bucketName}/site?endpoint=${endpoint.href}`,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    },
    requests,
    folder: join(directory, bucketName, 'site'),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
