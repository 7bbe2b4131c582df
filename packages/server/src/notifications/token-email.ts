import type { Queryable } from '../database/database.ts';

/** Longer addresses cannot be mailed to (RFC 5321, 4.5.3.1). */
const maxLength = 254;

/** What is wrong with a mail address, in words; null for nothing. Whether it exists only a letter can tell. */
export function emailProblem(address: string): string | null {
  const isAddress = /^[^\s\p{Cc}<>()[\]\\,;:"@]+@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u.test(address);
  return isAddress && address.length <= maxLength
    ? null
    : `${JSON.stringify(address.slice(0, maxLength))} is not a mail address; write one such as ana@example.org.`;
}

/** Sets the one address that exports of a token may be announced to, or none. Only operators can: so nobody has a site mail strangers. */
export async function setTokenEmail(
  database: Queryable,
  tokenId: number,
  address: string | null,
): Promise<void> {
  await database.query('UPDATE outcrop.tokens SET email = $2 WHERE id = $1', [tokenId, address]);
}
