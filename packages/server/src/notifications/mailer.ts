import { hasCode } from '@outcrop/engine';
import { createTransport } from 'nodemailer';

import { inTime } from '../in-time.ts';
import type { MailConfig } from '../config.ts';
import type { Letter } from './mail-export.ts';

/** A letter and where it goes. */
export interface Posting extends Letter {
  readonly to: string;
  /** The same on every try: mail servers recognise a letter that they have taken already by it. */
  readonly messageId: string;
}

/** Sends letters by a mail server. */
export interface Mailer {
  /** @throws Error where the server did not take the letter; `isRefusedForGood` says whether it ever may. */
  send(posting: Posting): Promise<void>;
  close(): void;
}

const waitMs = 10_000;
/** For a letter as a whole: a server that says a word now and then would otherwise keep a process from ending. */
const usualTotalMs = 25_000;

/**
 * A mailer for the server of the configuration. Nothing is connected to until the first letter.
 *
 * @param totalMs how long a letter may take.
 */
export function openMailer({ smtpUrl, from }: MailConfig, totalMs = usualTotalMs): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: waitMs,
    greetingTimeout: waitMs,
    socketTimeout: 2 * waitMs,
    // A letter is made of text that is given here: never of a file or of what an address holds.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, messageId }) {
      const sending = transport.sendMail({
        from,
        // As an object: a text would be split at commas.
        to: { name: '', address: to },
        subject: oneLine(subject),
        text,
        messageId: oneLine(messageId),
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      const late = `The mail server did not take the letter within ${totalMs / 1000} s`;
      await inTime(sending, { ms: totalMs, late });
    },
    close: () => transport.close(),
  };
}

/**
 * Whether a mail server has said that a letter will never be taken (RFC 5321, 4.2.1: replies of 500 and more, to what the letter
 * is from, to or about). That it does not let the site in is no fault of the letter: an operator can mend it.
 */
export function isRefusedForGood(error: unknown): boolean {
  return (
    hasCode(error, 'EENVELOPE', 'EMESSAGE') &&
    error instanceof Error &&
    'responseCode' in error &&
    typeof error.responseCode === 'number' &&
    error.responseCode >= 500
  );
}

/** A header is one line: what follows a line break would be a header of its own. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
