import { type DestinationStream, type Logger, pino } from 'pino';

import type { Config } from '../config.ts';
import { logFields } from './log-context.ts';
import { masked, maskSecrets, secretPaths } from './mask-secrets.ts';
import { prettyLine } from './pretty-line.ts';

/**
 * The log of a process: a line of JSON for each thing that happened, on standard error. Lines carry the request and the export
 * that they belong to, and no secret: keys that hold one are redacted, and text is searched for what looks like one.
 */
export function createLogger(
  config: Pick<Config, 'logLevel' | 'logFormat'>,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  const format = config.logFormat === 'pretty' ? prettyLine : (line: string) => line;
  return pino(
    {
      level: config.logLevel,
      mixin: logFields,
      redact: { paths: secretPaths, censor: masked },
    },
    { write: (line) => destination.write(format(maskSecrets(line))) },
  );
}
