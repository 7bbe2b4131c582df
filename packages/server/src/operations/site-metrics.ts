import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** How a run ended, for the metrics. */
export interface EndedRun {
  /** The media types that it made, each once. */
  readonly formats: readonly string[];
  /** From when it was taken first to its end. */
  readonly seconds: number;
}

/** Of what happened in this process: what happened elsewhere, that process tells. Each process starts at 0. */
export interface SiteMetrics {
  readonly registry: Registry;
  /** @param operation names what was asked, as the OpenAPI document does; never an address. */
  requestAnswered(request: { operation: string; method: string; status: number; seconds: number }): void;
  bytesSent(operation: string, bytes: number): void;
  exportCreated(): void;
  runCompleted(run: EndedRun & { bytes: number }): void;
  /** @param code the `error.code` of its exports. */
  runFailed(run: EndedRun & { code: string }): void;
}

/** Seconds. Most requests take milliseconds; a create may survey gigabytes. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds: from a table of cities to a night's work. */
const runBuckets = [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 10_800, 43_200];

/** Makes the metrics of a process; with those of the process itself: heap, descriptors, event loop. */
export function createSiteMetrics(): SiteMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return { registry, ...requestMetrics(registers), ...runMetrics(registers) };
}

function requestMetrics(registers: Registry[]): Pick<SiteMetrics, 'requestAnswered' | 'bytesSent'> {
  const requests = new Histogram({
    name: 'outcrop_http_request_seconds',
    help: 'Time until an HTTP request was answered, by operation, method and status; without the sending of a body.',
    labelNames: ['operation', 'method', 'status'],
    buckets: requestBuckets,
    registers,
  });
  const sent = new Counter({
    name: 'outcrop_http_response_bytes_total',
    help: 'Bytes that this process has sent, by operation: `downloadArchive` are archives. What storage sends itself is not here.',
    labelNames: ['operation'],
    registers,
  });
  return {
    requestAnswered: ({ seconds, status, ...labels }) =>
      requests.observe({ ...labels, status: String(status) }, seconds),
    bytesSent: (operation, bytes) => sent.inc({ operation }, bytes),
  };
}

function runMetrics(
  registers: Registry[],
): Pick<SiteMetrics, 'exportCreated' | 'runCompleted' | 'runFailed'> {
  const created = new Counter({
    name: 'outcrop_exports_created_total',
    help: 'Exports that this process has accepted.',
    registers,
  });
  const runs = new Histogram({
    name: 'outcrop_run_seconds',
    help: 'Time of a run from when it was first taken to its end, once for each format in it, by outcome.',
    labelNames: ['format', 'outcome'],
    buckets: runBuckets,
    registers,
  });
  const stored = new Counter({
    name: 'outcrop_archive_bytes_total',
    help: 'Bytes of archives that this process has made.',
    registers,
  });
  const failures = new Counter({
    name: 'outcrop_run_failures_total',
    help: 'Runs that this process has seen fail, by code.',
    labelNames: ['code'],
    registers,
  });
  const observeRun = ({ formats, seconds }: EndedRun, outcome: string): void =>
    formats.forEach((format) => runs.observe({ format, outcome }, seconds));
  return {
    exportCreated: () => created.inc(),
    runCompleted(run) {
      observeRun(run, 'complete');
      stored.inc(run.bytes);
    },
    runFailed(run) {
      observeRun(run, 'error');
      failures.inc({ code: run.code });
    },
  };
}
