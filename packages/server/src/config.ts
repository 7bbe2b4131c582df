import { z } from 'zod';

import { parseTrustedProxies, type TrustedProxies } from './http/limits/remote-address.ts';
import { parseStorageUrl, type StorageSettings } from './storage/storage-url.ts';

const port = z.coerce.number().int().min(0).max(65_535);

/** The variables of the environment. Their descriptions are those of `docs/operate/configuration.md`. */
export const configSchema = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('A PostgreSQL server; the embedded database in the site folder where absent.'),
  OUTCROP_DATABASE_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(2)
    .max(500)
    .default(10)
    .describe('Connections that one process has to that server at most.'),
  OUTCROP_LOG_LEVEL: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('The least that is written to the log.'),
  OUTCROP_LOG_FORMAT: z
    .enum(['json', 'pretty'])
    .default('json')
    .describe('`pretty` is for people at a terminal.'),
  OUTCROP_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe('Exports that run at the same time in one process.'),
  STORAGE_URL: z
    .string()
    .optional()
    .describe(
      'A bucket of an S3 service; files in the site folder where absent. Its credentials are read by the AWS SDK.',
    ),
  AWS_REGION: z
    .string()
    .optional()
    .describe('The region of the bucket, where `STORAGE_URL` does not name it.'),
  AWS_DEFAULT_REGION: z.string().optional().describe('The same, where `AWS_REGION` is not set.'),
  OUTCROP_DOWNLOAD_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .max(604_800)
    .default(900)
    .describe(
      'Seconds that the address may be opened which a download redirects to. S3 takes a week at most.',
    ),
  OUTCROP_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform(readProxies)
    .describe('Proxies whose `X-Forwarded-For` is believed, such as `127.0.0.1, 10.0.0.0/8`.'),
  OUTCROP_MAX_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(4000)
    .describe('Connections that one process takes at most.'),
  OUTCROP_MAX_CONNECTIONS_PER_ADDRESS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(256)
    .describe(
      "Connections that one process takes from one address, unless it is this machine's or a trusted proxy's.",
    ),
  OUTCROP_LEASE_SECONDS: z.coerce
    .number()
    .int()
    .min(2)
    .max(3600)
    .default(60)
    .describe('Seconds that a worker may be silent before its work is given to another.'),
  OUTCROP_METRICS_PORT: port
    .optional()
    .describe('A port of its own for `/healthz`, `/readyz` and `/metrics`; none where absent.'),
  OUTCROP_METRICS_HOST: z.string().min(1).default('127.0.0.1').describe('The address that port listens on.'),
  OUTCROP_METRICS_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe('Whoever sends it as `Authorization: Bearer …` may read `/metrics` from elsewhere.'),
  OUTCROP_DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .max(86_400)
    .optional()
    .describe(
      'Seconds that running exports may take to end when the process is told to stop, before they are given back: 20 for `api` and `worker`, 0 for `serve` where absent.',
    ),
  OUTCROP_MIGRATE: z
    .enum(['auto', 'never'])
    .default('auto')
    .describe('Whether a start brings the schema of the database up to date, or only looks whether it is.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where traces go, by OTLP over HTTP; there are none where absent.'),
  OTEL_SERVICE_NAME: z.string().min(1).default('outcrop').describe('What traces call the site.'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('The mail server, with user and password where it wants them; no mail is sent where absent.'),
  OUTCROP_MAIL_FROM: z
    .string()
    .max(300)
    .regex(
      /^[^\p{Cc}<>@,;]*<[^\s<>@,;]+@[^\s<>@,;]+>$|^[^\s<>@,;]+@[^\s<>@,;]+$/u,
      'must be one mail address',
    )
    .optional()
    .describe('Who mail is from: `exports@example.org`, or `Exports <exports@example.org>`.'),
});

/** The variables that the environment may have. */
export const configVariables: readonly string[] = Object.keys(configSchema.shape);

/** What the environment says about how a site runs. */
export interface Config {
  readonly databaseUrl: string | null;
  readonly databaseConnections: number;
  readonly logLevel: string;
  readonly logFormat: 'json' | 'pretty';
  readonly concurrency: number;
  readonly trustedProxies: TrustedProxies;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Holds no secret. */
  readonly storage: StorageSettings;
  readonly downloadSeconds: number;
  readonly leaseSeconds: number;
  readonly metricsPort: number | null;
  readonly metricsHost: string;
  readonly metricsToken: string | null;
  /** Null where the command decides: see `drainSeconds` of `shutdown.ts`. */
  readonly drainSeconds: number | null;
  readonly migrate: 'auto' | 'never';
  readonly traces: TraceConfig | null;
  /** Null where the site sends no mail. */
  readonly mail: MailConfig | null;
}

/** How mail is sent. */
export interface MailConfig {
  /** May hold a password. */
  readonly smtpUrl: string;
  readonly from: string;
}

/** Where traces go. */
export interface TraceConfig {
  /** The collector, without `v1/traces`. */
  readonly endpoint: string;
  readonly serviceName: string;
}

/**
 * Reads the configuration from the environment. The only place that does.
 *
 * @throws Error naming the variable that is wrong, never its value: a database URL holds a password.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = configSchema.safeParse(withoutEmpty(environment));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment is not usable: ${problems.join('; ')}`);
  }
  const { data } = parsed;
  return Object.freeze({
    databaseUrl: data.DATABASE_URL ?? null,
    databaseConnections: data.OUTCROP_DATABASE_CONNECTIONS,
    logLevel: data.OUTCROP_LOG_LEVEL,
    logFormat: data.OUTCROP_LOG_FORMAT,
    concurrency: data.OUTCROP_CONCURRENCY,
    trustedProxies: data.OUTCROP_TRUSTED_PROXIES,
    maxConnections: data.OUTCROP_MAX_CONNECTIONS,
    maxConnectionsPerAddress: data.OUTCROP_MAX_CONNECTIONS_PER_ADDRESS,
    storage: readStorage(data),
    downloadSeconds: data.OUTCROP_DOWNLOAD_SECONDS,
    leaseSeconds: data.OUTCROP_LEASE_SECONDS,
    metricsPort: data.OUTCROP_METRICS_PORT ?? null,
    metricsHost: data.OUTCROP_METRICS_HOST,
    metricsToken: data.OUTCROP_METRICS_TOKEN ?? null,
    drainSeconds: data.OUTCROP_DRAIN_SECONDS ?? null,
    migrate: data.OUTCROP_MIGRATE,
    traces:
      data.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? null
        : { endpoint: data.OTEL_EXPORTER_OTLP_ENDPOINT, serviceName: data.OTEL_SERVICE_NAME },
    mail: readMail(data),
  });
}

/** A variable that `outcrop.yaml` names; null where it is not set. */
export function readVariable(name: string, environment: NodeJS.ProcessEnv = process.env): string | null {
  return environment[name] ?? null;
}

/** A variable that is set to nothing, as compose files and units do, is one that is not set. */
function withoutEmpty(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

function readMail(variables: z.output<typeof configSchema>): MailConfig | null {
  const { SMTP_URL: smtpUrl, OUTCROP_MAIL_FROM: from } = variables;
  if (smtpUrl !== undefined && from !== undefined) {
    return { smtpUrl, from };
  }
  if (smtpUrl === undefined && from === undefined) {
    return null;
  }
  throw new Error('The environment is not usable: SMTP_URL and OUTCROP_MAIL_FROM are needed together');
}

function readProxies(text: string, context: z.RefinementCtx): TrustedProxies {
  try {
    return parseTrustedProxies(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
}

function readStorage(variables: z.output<typeof configSchema>): StorageSettings {
  const { STORAGE_URL: url, AWS_REGION: region, AWS_DEFAULT_REGION: defaultRegion } = variables;
  if (url === undefined) {
    return { kind: 'files' };
  }
  try {
    return parseStorageUrl(url, region ?? defaultRegion ?? null);
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'cannot be read';
    throw new Error(`The environment is not usable: STORAGE_URL ${problem}`, { cause: error });
  }
}
