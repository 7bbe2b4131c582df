// The same contract where archives are in an S3 bucket: what has to do with archives, by HTTP alone and by the SDK.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Export } from '@outcrop/client';
import { startS3, type TestS3 } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { downloadSuite } from './contract/download.ts';
import { exportSuite } from './contract/exports.ts';
import { pythonSuite } from './contract/python-client.ts';
import { type ContractSite, openContractSite } from './support/contract-site.ts';
import { runOutcrop } from './support/run-outcrop.ts';

let s3: TestS3;
let site: ContractSite;

beforeAll(async () => {
  s3 = await startS3();
  site = await openContractSite(s3);
});

afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});

for (const suite of [downloadSuite, exportSuite, pythonSuite]) {
  suite(() => site);
}

describe('archives in a bucket', () => {
  test('the SDK downloads from the bucket, checks the digest, and does not send the key there', async () => {
    const to = await mkdtemp(join(tmpdir(), 'outcrop-e2e-s3-'));
    try {
      const client = new Client(site.url, { apiKey: site.key });
      const wanted = new Export({ formats: { table: 'text/csv' }, items: [`tables/${site.ids['visits']}`] });
      s3.received.length = 0;
      const { path, sha256 } = await client.exports.run(wanted, { to });
      const bytes = await readFile(path);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      expect(wanted.sha256).toBe(sha256);
      expect(path).toMatch(/kx-visits.*\.zip$/);
      const gets = s3.received.filter(({ method }) => method === 'GET');
      expect(gets.length).toBeGreaterThan(0);
      for (const { headers } of gets) expect(headers.authorization ?? '').not.toContain(site.key);
    } finally {
      await rm(to, { recursive: true });
    }
  });

  test('a bucket that is not there ends the start in one line that names the variable', async () => {
    const root = await mkdtemp(join(tmpdir(), 'outcrop-e2e-s3-'));
    try {
      const environment = {
        ...s3.environment,
        STORAGE_URL: (s3.environment['STORAGE_URL'] ?? '').replace('archives', 'nowhere'),
      };
      await runOutcrop(['init', root], { cwd: root });
      const result = await runOutcrop(['serve', root, '--port', '0'], { cwd: root, environment });
      expect(result.exitCode).not.toBe(0);
      expect(result.stderr).toMatch(/STORAGE_URL: NotFound \(HTTP 404\); make the bucket/);
      expect(result.stderr).not.toMatch(/nowhere|S3RVER/);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
