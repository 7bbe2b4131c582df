import type { Browser, Page } from 'playwright-core';

/** What a browser noticed of a page: tasks over 50 ms and from a key to the next frame, in milliseconds. */
export interface Noticed {
  readonly longestTask: number;
  readonly slowestKey: number;
  readonly slowestFrame: number;
  readonly layoutShift: number;
}

/** A page in a browser whose processor is slowed down. */
export interface MeasuredPage extends AsyncDisposable {
  readonly page: Page;
  /** Bytes of JavaScript's heap after a collection. */
  heapBytes(): Promise<number>;
  /** Milliseconds of processor that the main thread has used: what else the machine does is not in it, but a slowed processor is. */
  mainThreadMs(): Promise<number>;
  /** Does something, and gives what the browser noticed of it until all was quiet again. */
  watch(act: () => Promise<void>): Promise<Noticed>;
}

const recorder = `
  globalThis.noticed = { tasks: [], keys: [], frames: [], shift: 0 };
  const see = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, durationThreshold: 16 });
  see('longtask', (entry) => noticed.tasks.push([entry.startTime, entry.duration]));
  see('event', (entry) => /^key|^input/.test(entry.name) && noticed.keys.push(entry.duration));
  see('layout-shift', (entry) => { if (!entry.hadRecentInput) noticed.shift += entry.value; });
  let last = performance.now();
  const frame = (now) => { noticed.frames.push(now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  new MutationObserver((_, observer) => {
    if (document.querySelector('.catalogue input') === null) return;
    noticed.usable = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
`;

/** Opens a page with nothing in its cache, on a processor so many times slower. */
export async function openMeasured(browser: Browser, url: string, slowdown: number): Promise<MeasuredPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(recorder);
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(url, { timeout: 120_000 });
  return {
    page,
    async heapBytes() {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    },
    async mainThreadMs() {
      const { metrics } = await session.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1000;
    },
    async watch(act) {
      await page.evaluate('noticed.tasks = []; noticed.keys = []; noticed.frames = []; noticed.shift = 0;');
      await act();
      await untilQuiet(page);
      return (await page.evaluate(`({
        longestTask: Math.max(0, ...noticed.tasks.map(([, duration]) => duration)),
        slowestKey: Math.max(0, ...noticed.keys),
        slowestFrame: Math.max(0, ...noticed.frames),
        layoutShift: noticed.shift,
      })`)) as Noticed;
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Waits until there was no long task for a second. */
export async function untilQuiet(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const asked = performance.now();
    const timer = setInterval(() => {
      const last = Math.max(asked, ...noticed.tasks.map(([start, duration]) => start + duration));
      if (performance.now() - last < 1000) return;
      clearInterval(timer);
      resolve();
    }, 100);
  })`);
}
