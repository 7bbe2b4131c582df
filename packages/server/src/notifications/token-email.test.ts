import { expect, test } from 'vitest';

import { emailProblem } from './token-email.ts';

test.each(['ana@example.org', 'ana.b+exports@mail.example.co.nz', 'kākoti@example.nz', 'root@localhost'])(
  '%s is a mail address',
  (address) => {
    expect(emailProblem(address)).toBeNull();
  },
);

test.each([
  '',
  'ana',
  'ana@',
  '@example.org',
  'a@b@c',
  'ana@example.org\r\nBcc: b@example.org',
  'ana@example.org,b@example.org',
  'Ana <ana@example.org>',
  '"ana b"@example.org',
  `${'a'.repeat(250)}@b.org`,
  'ana\0@example.org',
])('%j is none', (address) => {
  expect(emailProblem(address)).toMatch(/is not a mail address; write one such as/);
});
