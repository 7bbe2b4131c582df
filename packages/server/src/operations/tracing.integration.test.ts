import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import type { TaskWorker } from '../runs/task-worker.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { currentTraceparent, inSpan } from './spans.ts';
import { startTracing, type Tracing } from './tracing.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { key: string; value: { stringValue?: string; intValue?: number } }[];
  readonly status: { code?: number };
}

/** A collector on this machine, as far as these tests need one. */
let collector: Server;
let endpoint: string;
let spans: Span[] = [];
let services: string[] = [];
let tracing: Tracing | null = null;
let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      const sent = JSON.parse(text.toString()) as {
        resourceSpans: { resource: { attributes: Span['attributes'] }; scopeSpans: { spans: Span[] }[] }[];
      };
      for (const { resource, scopeSpans } of sent.resourceSpans) {
        services.push(resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '');
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
      response.writeHead(request.url === '/v1/traces' ? 200 : 404).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => collector.once('listening', resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
}, 60_000);

afterEach(async () => {
  await tracing?.close();
  tracing = null;
  spans = [];
  services = [];
});

afterAll(async () => {
  await site.close();
  await new Promise((resolve) => collector.close(resolve));
});

const logger = pino({ level: 'silent' });

async function trace(work: () => Promise<unknown>): Promise<Span[]> {
  tracing = await startTracing({ endpoint, serviceName: 'outcrop-test' }, logger);
  await work();
  await tracing.close();
  tracing = null;
  return spans;
}

test('without a collector nothing is traced, and work goes on as ever', async () => {
  tracing = await startTracing(null, logger);
  expect(await inSpan('work', {}, async () => currentTraceparent())).toBeNull();
});

test('a request is a span of the trace of whoever asks, and has its name and request id', async () => {
  const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
  const headers = { traceparent: `00-${caller.traceId}-${caller.spanId}-01`, 'X-Request-Id': 'proxy-1234' };
  const [span] = await trace(() => site.ask('layers/2/', { headers }));
  expect(span).toMatchObject({ name: 'GET getLayer', traceId: caller.traceId, parentSpanId: caller.spanId });
  const attributes = Object.fromEntries(span!.attributes.map(({ key, value }) => [key, value]));
  expect(attributes).toMatchObject({
    'http.response.status_code': { intValue: 200 },
    'outcrop.request_id': { stringValue: 'proxy-1234' },
  });
  expect(services).toEqual(['outcrop-test']);
});

test('work that is done later, elsewhere, belongs to the trace it was handed', async () => {
  const done = await trace(async () => {
    const kept = await inSpan('create', {}, async () => currentTraceparent());
    await inSpan('run', { parent: kept, attributes: { 'outcrop.export_id': 7 } }, () =>
      inSpan('store', {}, async () => undefined),
    );
  });
  const [create, run, store] = ['create', 'run', 'store'].map((name) =>
    done.find((span) => span.name === name)!,
  );
  expect(run!.parentSpanId).toBe(create!.spanId);
  expect(store!.parentSpanId).toBe(run!.spanId);
  expect(new Set(done.map(({ traceId }) => traceId)).size).toBe(1);
});

test('the run of an export is in the trace of the request that asked for it, stage by stage', async () => {
  const traceId = 'aaf92f3577b34da6a3ce929d0e0e4736';
  site.engine.run = async ({ onItem }) => onItem?.(0);
  const done = await trace(async () => {
    const response = await site.ask('exports/', {
      method: 'POST',
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      body: JSON.stringify({
        name: 'traced',
        items: [{ item: 'layers/2' }],
        crs: 'EPSG:2193',
        formats: { vector: 'text/csv' },
      }),
    });
    const { id } = (await response.json()) as { id: number };
    await site.waitFor(id, 'complete');
    // The span of the task ends a moment after its export is complete.
    const worker = site.parts.workers as TaskWorker;
    await vi.waitFor(() => expect(worker.runningTasks).toBe(0));
  });
  const mine = done.filter((span) => span.traceId === traceId);
  const named = (name: string): Span => mine.find((span) => span.name === name)!;
  const parentOf = (name: string): string | undefined =>
    mine.find(({ spanId }) => spanId === named(name).parentSpanId)?.name;
  expect(mine.map(({ name }) => name).toSorted()).toEqual(
    ['POST createExport', 'plan', 'task', 'claim', 'item', 'pack', 'store'].toSorted(),
  );
  expect(parentOf('plan')).toBe('POST createExport');
  expect(parentOf('task')).toBe('POST createExport');
  for (const stage of ['claim', 'item', 'pack', 'store']) expect(parentOf(stage)).toBe('task');
});

test('work that fails is marked, and its error goes on', async () => {
  const [span] = await trace(() =>
    expect(inSpan('pack', {}, () => Promise.reject(new Error('the disk is full')))).rejects.toThrow('full'),
  );
  expect(span!.status.code).toBe(2);
});

test('a collector that is away is named in the log and in nobody’s way', async () => {
  const lines: string[] = [];
  tracing = await startTracing(
    { endpoint: 'http://127.0.0.1:9', serviceName: 'outcrop-test' },
    pino({ level: 'warn' }, { write: (line) => lines.push(line) }),
  );
  expect(await inSpan('work', {}, async () => 'done')).toBe('done');
  await tracing.close();
  tracing = null;
  expect(lines.join('')).toContain('Trace:Send:Failed');
});
