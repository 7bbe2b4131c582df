import { setTimeout as delay } from 'node:timers/promises';

import { context, diag, DiagLogLevel, propagation, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Logger } from 'pino';

import type { TraceConfig } from '../config.ts';
import type { Tracing } from './tracing.ts';

/** A collector that is away must not hold up the end of the process. */
const closeMs = 3000;

/**
 * Sends spans by OTLP over HTTP, in batches. Sampling, headers and timeouts are as OpenTelemetry's own variables say
 * (`OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`, …), which its SDK reads.
 */
export function sendTraces({ endpoint, serviceName }: TraceConfig, logger: Logger): Tracing {
  const tell = (message: string): void => logger.warn({ reason: message.slice(0, 500) }, 'Trace:Send:Failed');
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    DiagLogLevel.WARN,
  );
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'process.pid': process.pid }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register();
  return {
    async close() {
      const sent = provider.shutdown().then(
        () => true,
        () => true,
      );
      const isSent = await Promise.race([sent, delay(closeMs, false, { ref: false })]);
      if (!isSent) {
        tell(`The collector did not take the last traces within ${closeMs} ms`);
      }
      trace.disable();
      context.disable();
      propagation.disable();
      diag.disable();
    },
  };
}
