import { z } from 'zod';

/** Who is to be told when the export ends: an extension of ours. */
export const notifySchema = z
  .strictObject(
    {
      webhook: z
        .string('must be an address such as https://example.com/hook')
        .max(2048, 'must have at most 2048 characters')
        .nullish()
        .meta({
          description: 'An address that gets a signed POST with the body of the export.',
          example: 'https://example.com/hook',
        }),
      email: z
        .boolean('must be true or false: mail goes to the address that the operator has set for the key')
        .nullish()
        .meta({ description: 'Whether to mail the address that the operator has set for the key.' }),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? undefined
          : 'must be an object, such as {"webhook": "https://example.com/hook"}',
    },
  )
  .meta({ description: 'Who is told when the export ends.' });

/** The same, as the site keeps it. */
export interface NotifyRequest {
  readonly webhook: string | null;
  readonly email: boolean;
}

/** Null where nobody wants to be told. */
export function toNotifyRequest(sent: z.infer<typeof notifySchema> | null | undefined): NotifyRequest | null {
  const wanted = { webhook: sent?.webhook ?? null, email: sent?.email ?? false };
  return wanted.webhook === null && !wanted.email ? null : wanted;
}
