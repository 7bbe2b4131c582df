import { z } from 'zod';

import { parseStorageUrl, type StorageSettings } from './storage/storage-url.ts';

const configSchema = z.object({
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
});

/** What the environment says about how a site runs. */
export interface Config {
  readonly databaseUrl: string | null;
  readonly logLevel: string;
  readonly concurrency: number;
  /** Holds no secret. */
  readonly storage: StorageSettings;
  readonly downloadSeconds: number;
  readonly leaseSeconds: number;
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
  return Object.freeze({
    databaseUrl: parsed.data.DATABASE_URL ?? null,
    logLevel: parsed.data.OUTCROP_LOG_LEVEL,
    concurrency: parsed.data.OUTCROP_CONCURRENCY,
    storage: readStorage(parsed.data),
    downloadSeconds: parsed.data.OUTCROP_DOWNLOAD_SECONDS,
    leaseSeconds: parsed.data.OUTCROP_LEASE_SECONDS,
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
