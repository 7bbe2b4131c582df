import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { studyArea } from '../data/study-area.ts';
import { serveBenchSite, type ServedSite } from './bench-site.ts';
import { HttpLoad } from './http-load.ts';
import { Latencies } from './latencies.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    clients: { type: 'string', default: '1000' },
    think: { type: 'string', default: '5000' },
  },
});
const seconds = Number(values.seconds);
const clients = Number(values.clients);
const thinkMs = Number(values.think);
/** Creates that are under way at the same time. */
const creators = 16;
/** Whose they are. */
const users = 8;
const wanted = { items: [{ item: 'layers/1' }], crs: 'EPSG:4326', formats: { vector: 'text/csv' } };

await using site = await serveBenchSite(20_000, users);
using load = new HttpLoad(site.url);
console.log(
  `One API process, PostgreSQL with durable commits, ${cpus().length} cores, the load on the same machine\n`,
);
console.log('| requests | answered | a second | p50 ms | p99 ms | slowest ms | errors |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
let created = 0;
await measureCreates('create, all equal', () => ({}));
await measureCreates('create, each of its own', () => ({ name: `export ${(created += 1)}` }));
await measureCreates('create, each with a region of its own', () => ({ extent: square((created += 1)) }));
await measureClients(site);

/** As many creates as can be made; no worker runs, so that the figure is the API's. */
async function measureCreates(title: string, vary: () => object): Promise<void> {
  const latencies = new Latencies();
  for (let warm = 0; warm < 5; warm += 1) await load.send(keyOf(warm), 'exports/', { ...wanted, ...vary() });
  const started = performance.now();
  await Promise.all(
    Array.from({ length: creators }, async (_, creator) => {
      while (performance.now() - started < seconds * 1000) {
        await latencies.measure(load.send(keyOf(creator), 'exports/', { ...wanted, ...vary() }), 201);
      }
    }),
  );
  console.log(latencies.row(title, (performance.now() - started) / 1000));
}

/** Each client has an export of its own to watch, and looks at its list now and then, as the page does. */
async function measureClients(served: ServedSite): Promise<void> {
  await served.startWorker();
  const ids = await Promise.all(Array.from({ length: users }, (_, user) => newestIds(user)));
  const polls = new Latencies();
  const lists = new Latencies();
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      // They do not all begin in the same moment.
      await delay((thinkMs * client) / clients);
      for (let turn = 0; performance.now() - started < seconds * 1000; turn += 1) {
        const own = ids[client % users] ?? [];
        const id = own[client % own.length];
        await ((turn + client) % 5 === 0
          ? lists.measure(load.send(keyOf(client), 'exports/?page_size=20'), 200)
          : polls.measure(load.send(keyOf(client), `exports/${id}/`), 200));
        await delay(thinkMs);
      }
    }),
  );
  const took = (performance.now() - started) / 1000;
  const who = `of ${clients} clients, one every ${thinkMs / 1000} s each, while exports run`;
  console.log(polls.row(`poll ${who}`, took));
  console.log(lists.row(`list ${who}`, took));
}

/** A square with some hundred points, each with another corner: an export of its own, which nobody shares. */
function square(number: number): object {
  const west = studyArea.longitude + (number % 100) / 10_000;
  const south = studyArea.latitude + Math.floor(number / 100) / 100_000;
  const size = 0.05;
  const ring = [
    [west, south],
    [west + size, south],
    [west + size, south + size],
    [west, south + size],
    [west, south],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}

function keyOf(number: number): string {
  return site.keys[number % users] ?? '';
}

async function newestIds(user: number): Promise<number[]> {
  const { body } = await load.send(keyOf(user), 'exports/?page_size=100');
  return (JSON.parse(body) as { id: number }[]).map(({ id }) => id);
}
