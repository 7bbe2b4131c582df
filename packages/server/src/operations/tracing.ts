import type { Logger } from 'pino';

import type { TraceConfig } from '../config.ts';

/** Traces that are being sent. */
export interface Tracing {
  /** Sends what is left, for at most some seconds. */
  close(): Promise<void>;
}

/** Begins to send traces where the configuration says where to. Otherwise nothing of OpenTelemetry's SDK is even loaded. */
export async function startTracing(traces: TraceConfig | null, logger: Logger): Promise<Tracing> {
  if (traces === null) {
    return { close: async () => undefined };
  }
  const { sendTraces } = await import('./send-traces.ts');
  return sendTraces(traces, logger);
}
