import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test, vi } from 'vitest';

import { runCommand } from '../run-command.ts';
import type { ServerPort } from '../server-port.ts';
import { testContext } from '../testing/test-context.ts';

test('login-link prints the link that the running site makes', async () => {
  const orderLoginLink = vi.fn<ServerPort['orderLoginLink']>(async () => ({
    url: 'http://127.0.0.1:8080/#login=code',
    expiresAt: '2026-01-01T00:00:00.000Z',
  }));
  const context = testContext({ workingFolder: process.cwd(), server: { orderLoginLink } });
  const exitCode = await runCommand(
    ['login-link', 'docs', '--scope', 'layers:read', '--name', 'Aroha'],
    context,
  );
  expect(exitCode).toBe(0);
  expect(context.printed).toEqual(['http://127.0.0.1:8080/#login=code']);
  expect(orderLoginLink).toHaveBeenCalledWith({
    folder: pathToFileURL(join(process.cwd(), 'docs/')),
    scopes: ['layers:read'],
    name: 'Aroha',
  });
});
