import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/** A piece of work that a trace shows. */
export interface SpanOptions {
  /** No secrets, and nothing that a person typed. */
  readonly attributes?: Attributes;
  /** `traceparent` of the work that this belongs to, where that is elsewhere or was earlier; else what is going on. */
  readonly parent?: string | null;
  readonly isServer?: boolean;
}

/**
 * Does work as a span of the trace that is going on. Where traces go nowhere this costs nothing (no-op of the API).
 * A rejection is noted, and passed on.
 */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const { attributes = {}, parent = null, isServer = false } = options;
  const surroundings =
    parent === null ? context.active() : propagation.extract(context.active(), { traceparent: parent });
  const kind = isServer ? SpanKind.SERVER : SpanKind.INTERNAL;
  return trace
    .getTracer('outcrop')
    .startActiveSpan(name, { attributes, kind }, surroundings, async (span) => {
      try {
        return await work(span);
      } catch (error) {
        span.recordException(error instanceof Error ? error : String(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    });
}

/** Notes work that was done before it was known what it belongs to: now is its end. */
export function noteSpan(name: string, startedAt: number, attributes: Attributes = {}): void {
  trace.getTracer('outcrop').startSpan(name, { attributes, startTime: startedAt }).end();
}

/** The `traceparent` of what is going on, to be written down with work that is done later; null where nothing is traced. */
export function currentTraceparent(): string | null {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent ?? null;
}

/** Hex; null where nothing is traced. */
export function currentTraceId(): string | null {
  const span = trace.getActiveSpan();
  return span === undefined ? null : span.spanContext().traceId;
}
