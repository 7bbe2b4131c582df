import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type AddressInfo, createServer } from 'node:net';

import { fakeArchive } from '../testing/fake-engine.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { listDeliveries } from './delivery-store.ts';
import { isRefusedForGood, openMailer } from './mailer.ts';
import { setTokenEmail } from './token-email.ts';

interface ReceivedLetter {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

const letters: ReceivedLetter[] = [];
let refusal: (Error & { responseCode: number }) | null = null;
let server: SMTPServer;
let site: TestSite;
let smtpUrl: string;
const from = 'Exports <exports@data.example.org>';

beforeAll(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_, __, done) => done(refusal),
    onData(stream, { envelope }, done) {
      let raw = '';
      stream.setEncoding('utf8');
      stream.on('data', (part: string) => (raw += part));
      stream.once('end', () => {
        const sender = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        letters.push({ from: sender, to: envelope.rcptTo.map(({ address }) => address), raw });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  smtpUrl = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  site = await openTestSite({ mail: { smtpUrl, from } });
  await setTokenEmail(site.parts.database, 1, 'ana@example.org');
  await site.notifications.work({ isAlone: true });
}, 60_000);

afterEach(async () => {
  letters.length = 0;
  refusal = null;
  await site.parts.database.query('DELETE FROM outcrop.deliveries');
});

afterAll(async () => {
  await site.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

/** Waits until the one letter there is to send has been tried; the limit of the test ends that. */
async function tried(): Promise<unknown> {
  for (;;) {
    const [status] = await listDeliveries(site.parts.database, { state: null, limit: 1 });
    if (status !== undefined && status.tries > 0) {
      return status;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function endExport(event: 'complete' | 'error'): Promise<{ id: unknown; name: string }> {
  const { id, name } = await site.create({ notify: { email: true } });
  await site.waitFor(id, event);
  await site.parts.database.transaction((transaction) =>
    site.notifications.announce(transaction, [{ exportId: Number(id), event }]),
  );
  site.notifications.wake();
  return { id, name: String(name) };
}

test('a letter says what was exported, how large it is, and where to get it', async () => {
  site.engine.run = async () => undefined;
  const { id, name } = await endExport('complete');
  expect(await tried()).toMatchObject({ state: 'delivered', target: 'ana@example.org', channel: 'email' });
  expect(letters).toHaveLength(1);
  expect(letters[0]).toMatchObject({ from: 'exports@data.example.org', to: ['ana@example.org'] });
  const { raw } = letters[0]!;
  for (const line of [
    'From: Exports <exports@data.example.org>',
    'To: ana@example.org',
    `Subject: ${name} is ready`,
    'Auto-Submitted: auto-generated',
    `Your export ${name} is ready.`,
    'What:      Cities',
    `Size:      ${fakeArchive.length} bytes`,
    `Download:  https://data.example.org/site/exports/${String(id)}`,
  ]) {
    expect(raw.split('\r\n')).toContain(line);
  }
  const { expires_at: end } = await site.waitFor(id, 'complete');
  const [, until] = /^Until: {5}(.*) UTC\r$/m.exec(raw) ?? [];
  expect(Date.parse(`${until?.replace(' at', '')} UTC`)).toBe(
    Math.floor(Date.parse(String(end)) / 60_000) * 60_000,
  );
});

test('a letter about a failure says why, and what to do', async () => {
  site.engine.run = async () => {
    throw Object.assign(new Error('no'), { code: 'ENOSPC' });
  };
  const { name } = await endExport('error');
  await tried();
  const raw = letters[0]!.raw.replaceAll('=\r\n', '');
  expect(raw).toContain(`Subject: ${name} could not be made`);
  expect(raw).toMatch(/Why:\s+The site had no room left for the export\. Make the export smaller/);
  site.engine.run = async () => undefined;
});

test('nobody is mailed about what they cancelled, or whose key has no address', async () => {
  site.engine.run = ({ signal }) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
  const { id } = await site.create({ notify: { email: true } });
  expect((await site.ask(`exports/${String(id)}/`, { method: 'DELETE' })).status).toBe(202);
  expect(await listDeliveries(site.parts.database, { state: null, limit: 1 })).toEqual([]);
  await site.parts.database.query('UPDATE outcrop.tokens SET email = NULL');
  const refused = await site.send('exports/', {
    items: [{ item: 'layers/2' }],
    formats: { vector: 'application/x-ogc-gpkg' },
    crs: 'EPSG:2193',
    notify: { email: true },
  });
  expect([refused.status, await refused.json()]).toEqual([
    400,
    {
      notify: [
        'email: your key has no mail address; ask the operator of the site to set one, or use a webhook',
      ],
    },
  ]);
  await setTokenEmail(site.parts.database, 1, 'ana@example.org');
});

test('a server that refuses for now is asked again, one that refuses for good is not', async () => {
  site.engine.run = async () => undefined;
  refusal = Object.assign(new Error('Greylisted, come back later'), { responseCode: 451 });
  await endExport('complete');
  expect(await tried()).toMatchObject({ state: 'pending', detail: expect.stringMatching(/451/) as string });
  await site.parts.database.query('DELETE FROM outcrop.deliveries');
  refusal = Object.assign(new Error('No such person'), { responseCode: 550 });
  await endExport('complete');
  expect(await tried()).toMatchObject({ state: 'failed', detail: expect.stringMatching(/550/) as string });
});

test.each(['\r\n', '\n', '\r', '\u2028', '\0', '\r\n\r\n'])(
  'no header can be put in by %j',
  async (breaker) => {
    const mailer = openMailer({ smtpUrl, from });
    await mailer.send({
      to: 'ana@example.org',
      subject: `a${breaker}Bcc: victim@example.org${breaker}b`,
      text: `one${breaker}.${breaker}RCPT TO:<victim@example.org>`,
      messageId: `<a${breaker}Bcc: victim@example.org${breaker}@x>`,
    });
    mailer.close();
    expect(letters[0]!.to).toEqual(['ana@example.org']);
    const headers = letters[0]!.raw.split('\r\n\r\n', 1)[0]!.split(/\r\n(?![ \t])/);
    expect(headers.filter((line) => /^bcc/i.test(line))).toEqual([]);
  },
);

test.each([
  'ana@example.org, victim@example.org',
  'ana@example.org\r\nRCPT TO:<victim@example.org>',
  'Ana <victim@example.org>',
])('an address is one address, or nothing is sent: %j', async (to) => {
  const mailer = openMailer({ smtpUrl, from });
  await mailer.send({ to, subject: 'a', text: 'b', messageId: '<a@x>' }).catch(() => undefined);
  mailer.close();
  expect(letters.flatMap((letter) => letter.to)).not.toContain('victim@example.org');
});

test('a password that the mail server does not know loses no letter: an operator can mend it', async () => {
  const strict = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: (_, __, done) => done(Object.assign(new Error('Wrong password'), { responseCode: 535 })),
  });
  await new Promise<void>((resolve) => strict.listen(0, '127.0.0.1', resolve));
  const { port } = strict.server.address() as AddressInfo;
  const mailer = openMailer({ smtpUrl: `smtp://ana:wrong@127.0.0.1:${port}`, from });
  const error: unknown = await mailer
    .send({ to: 'ana@example.org', subject: 'a', text: 'b', messageId: '<a@x>' })
    .catch((problem: unknown) => problem);
  expect(error).toMatchObject({ responseCode: 535 });
  expect(isRefusedForGood(error)).toBe(false);
  mailer.close();
  await new Promise<void>((resolve) => strict.close(() => resolve()));
});

test('a mail server that goes on saying something and never takes a letter is given up', async () => {
  const slow = createServer((socket) => {
    const talk = setInterval(() => socket.write('220-wait\r\n'), 10);
    socket.on('error', () => undefined).once('close', () => clearInterval(talk));
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const { port } = slow.address() as AddressInfo;
  const mailer = openMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from }, 200);
  const sending = mailer.send({ to: 'ana@example.org', subject: 'a', text: 'b', messageId: '<a@x>' });
  await expect(sending).rejects.toThrow('did not take the letter within 0.2 s');
  mailer.close();
  slow.close();
});
