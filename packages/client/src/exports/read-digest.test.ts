import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';

import { readDigest } from './read-digest.ts';

const hash = createHash('sha256').update('x').digest();

test('the SHA-256 is found among other digests', () => {
  expect(readDigest(`sha-512=:AAAA:, sha-256=:${hash.toString('base64')}:`)).toBe(hash.toString('hex'));
});

test.each([null, '', 'sha-512=:AAAA:', 'sha-256=:short:'])('%s has no SHA-256', (header) => {
  expect(readDigest(header)).toBeNull();
});
