import { z } from 'zod';

import { parseStorageUrl, type StorageSettings } from './storage/storage-url.ts';

const configSchema = z
  .object({
    /** A PostgreSQL server; the embedded database in the site folder where absent. */
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    OUTCROP_LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
    /** Exports that run at the same time in one process. */
    OUTCROP_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
    /** A bucket of an S3 service; files in the site folder where absent. Its credentials are read by the AWS SDK. */
    STORAGE_URL: z.string().optional(),
    AWS_REGION: z.string().optional(),
    AWS_DEFAULT_REGION: z.string().optional(),
    /** How long the address that a download redirects to may be opened. S3 takes a week at most. */
    OUTCROP_DOWNLOAD_SECONDS: z.coerce.number().int().min(60).max(604_800).default(900),
    /** Seconds that a worker may be silent before its work is given to another. */
    OUTCROP_LEASE_SECONDS: z.coerce.number().int().min(2).max(3600).default(60),
    /** The mail server, with user and password where it wants them; no mail is sent where absent. */
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    /** Who mail is from: `exports@example.org`, or `Exports <exports@example.org>`. */
    OUTCROP_MAIL_FROM: z
      .string()
      .max(300)
      .regex(
        /^[^\p{Cc}<>@,;]*<[^\s<>@,;]+@[^\s<>@,;]+>$|^[^\s<>@,;]+@[^\s<>@,;]+$/u,
        'must be one mail address',
      )
      .optional(),
  })
  .refine(
    ({ SMTP_URL: server, OUTCROP_MAIL_FROM: from }) => (server === undefined) === (from === undefined),
    {
      path: ['OUTCROP_MAIL_FROM'],
      message: 'is needed with SMTP_URL, and SMTP_URL with it',
    },
  );

/** What the environment says about how a site runs. */
export interface Config {
  readonly databaseUrl: string | null;
  readonly logLevel: string;
  readonly concurrency: number;
  /** Holds no secret. */
  readonly storage: StorageSettings;
  readonly downloadSeconds: number;
  readonly leaseSeconds: number;
  /** Null where the site sends no mail. */
  readonly mail: MailConfig | null;
}

/** How mail is sent. */
export interface MailConfig {
  /** May hold a password. */
  readonly smtpUrl: string;
  readonly from: string;
}

/**
 * Reads the configuration from the environment. The only place that does.
 *
 * @throws Error naming the variable that is wrong, never its value: a database URL holds a password.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = configSchema.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment is not usable: ${problems.join('; ')}`);
  }
  const { SMTP_URL: smtpUrl, OUTCROP_MAIL_FROM: from } = parsed.data;
  return Object.freeze({
    databaseUrl: parsed.data.DATABASE_URL ?? null,
    logLevel: parsed.data.OUTCROP_LOG_LEVEL,
    concurrency: parsed.data.OUTCROP_CONCURRENCY,
    storage: readStorage(parsed.data),
    downloadSeconds: parsed.data.OUTCROP_DOWNLOAD_SECONDS,
    leaseSeconds: parsed.data.OUTCROP_LEASE_SECONDS,
    mail: smtpUrl === undefined || from === undefined ? null : { smtpUrl, from },
  });
}

function readStorage(variables: z.output<typeof configSchema>): StorageSettings {
  const { STORAGE_URL: url, AWS_REGION: region, AWS_DEFAULT_REGION: defaultRegion } = variables;
  if (url === undefined || url === '') {
    return { kind: 'files' };
  }
  try {
    return parseStorageUrl(url, region ?? defaultRegion ?? null);
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'cannot be read';
    throw new Error(`The environment is not usable: STORAGE_URL ${problem}`, { cause: error });
  }
}

/** A variable that `outcrop.yaml` names; null where it is not set. */
export function readVariable(name: string, environment: NodeJS.ProcessEnv = process.env): string | null {
  return environment[name] ?? null;
}
