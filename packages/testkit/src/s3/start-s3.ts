import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import S3rver from '@20minutes/s3rver';

import { isSignedBy } from './check-s3-signature.ts';

/** May answer a request in place of the service. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean;

/** An S3 service on this machine, with one bucket. It checks signatures. */
export interface TestS3 extends AsyncDisposable {
  /** For `STORAGE_URL`. */
  readonly storageUrl: string;
  readonly endpoint: URL;
  /** What a site that keeps its archives there has in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the objects of that site are, as files whose names begin with their keys. */
  readonly folder: string;
  /** What has been asked: `GET /archives/12/archive.zip`. */
  readonly requests: string[];
  /** The same, as it came. */
  readonly received: IncomingMessage[];
  /** Is asked before the service is; by default it leaves everything to it. */
  intercept: Interception;
  /** Ids of uploads in parts that were neither finished nor aborted. */
  unfinished(): Promise<string[]>;
}

/** The key that the service knows; for the environment of whatever uses it. */
export const testS3Credentials = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

const bucketName = 'archives';

/** Starts the service on a free port, with its objects in a temporary folder. */
export async function startS3(): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), 'outcrop-s3-'));
  const service = new S3rver({
    directory,
    silent: true,
    // It reads some signatures wrongly; they are checked before it sees them.
    allowMismatchedSignatures: true,
    configureBuckets: [{ name: bucketName, configs: [] }],
  });
  await service.configureBuckets();
  const answer = service.callback();
  const uploads = join(directory, bucketName, '._S3rver_uploads');
  const s3 = {
    requests: [] as string[],
    received: [] as IncomingMessage[],
    intercept: (() => false) as Interception,
    unfinished: () => readdir(uploads).catch(() => []),
  };
  const server = createServer((request, response) => {
    s3.received.push(request);
    s3.requests.push(`${request.method} ${request.url?.replace(/\?.*$/, '')}`);
    if (s3.intercept(request, response)) return;
    if (!isSignedBy(testS3Credentials.AWS_SECRET_ACCESS_KEY, request)) refuse(response);
    else if (!answerUploads(uploads, request, response)) answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const storageUrl = `s3://${bucketName}/site?endpoint=${endpoint.href}`;
  return Object.assign(s3, {
    endpoint,
    storageUrl,
    environment: { STORAGE_URL: storageUrl, ...testS3Credentials },
    folder: join(directory, bucketName, 'site'),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await rm(directory, { recursive: true, force: true });
    },
  });
}

function refuse(response: ServerResponse): void {
  response.writeHead(403, { 'content-type': 'application/xml' });
  response.end('<Error><Code>SignatureDoesNotMatch</Code><Message>No</Message></Error>');
}

/** What S3 does and s3rver does not: list and abort uploads in parts. */
function answerUploads(uploads: string, request: IncomingMessage, response: ServerResponse): boolean {
  const url = new URL(request.url ?? '', 'http://s3');
  const uploadId = url.searchParams.get('uploadId');
  if (request.method === 'DELETE' && uploadId !== null && /^[0-9a-f]+$/.test(uploadId)) {
    void rm(join(uploads, uploadId), { recursive: true, force: true, maxRetries: 5 }).then(() =>
      response.writeHead(204).end(),
    );
    return true;
  }
  if (request.method === 'GET' && url.searchParams.has('uploads')) {
    void listUploads(uploads).then((body) =>
      response.writeHead(200, { 'content-type': 'application/xml' }).end(body),
    );
    return true;
  }
  return false;
}

async function listUploads(uploads: string): Promise<string> {
  const rows = await Promise.all(
    (await readdir(uploads).catch(() => [])).map(async (uploadId) => {
      const key = await readFile(join(uploads, uploadId, 'key'), 'utf8');
      const { birthtime } = await stat(join(uploads, uploadId));
      return `<Upload><Key>${key}</Key><UploadId>${uploadId}</UploadId><Initiated>${birthtime.toISOString()}</Initiated></Upload>`;
    }),
  );
  return `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${rows.join('')}</ListMultipartUploadsResult>`;
}
