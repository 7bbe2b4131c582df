import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type {
  ExportCheck,
  ExportPlan,
  ExportRequest,
  RunOptions,
  RunResult,
  WorkerTeam,
} from '@outcrop/engine';
import { type TemporaryFolder, temporaryFolder } from '@outcrop/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { runCommand } from '../run-command.ts';
import type { OpenedSite, ServerPort, SitePort } from '../server-port.ts';
import { testContext, type TestDoubles } from '../testing/test-context.ts';

let temporary: TemporaryFolder;
let folder: string;

beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = temporary.path;
  await mkdir(join(folder, 'site'));
  await writeFile(join(folder, 'request.json'), '{"items":[{"item":"layers/3"}]}');
});

afterEach(() => temporary[Symbol.asyncDispose]());

const site = (): OpenedSite & { close: ReturnType<typeof vi.fn<() => Promise<void>>> } => ({
  close: vi.fn<() => Promise<void>>(async () => undefined),
});
const plan = { name: 'kx-roads-GPKG' } as ExportPlan;
const valid: ExportCheck = {
  plan,
  isValid: true,
  name: 'kx-roads-GPKG',
  reasons: [],
  items: [],
  warnings: ['the extent was repaired'],
  sizeEstimateZipped: 10,
};

/** A site and an engine on which one request succeeds. */
function working(changes: { site?: Partial<SitePort>; engine?: TestDoubles['engine'] } = {}): TestDoubles {
  return {
    workingFolder: folder,
    site: {
      openSite: async () => site(),
      resolveRequest: async () => ({ request: {} as ExportRequest }),
      checkRequest: async () => valid,
      ...changes.site,
    },
    engine: {
      startWorkers: () => null,
      runExport: async (_: ExportPlan, options: RunOptions): Promise<RunResult> => {
        options.onProgress?.({ fraction: 0.25, stage: 'Roads: 1 of 4 features' });
        return {
          archivePath: options.archivePath,
          bytes: 1234,
          sha256: 'abc',
          report: { items: [] },
        } as unknown as RunResult;
      },
      ...changes.engine,
    },
  };
}

const run = (...more: string[]): string[] => [
  'run',
  'request.json',
  '--site',
  'site',
  '--output',
  'out.zip',
  ...more,
];

test('run tells of its progress on standard error and of the archive on standard output', async () => {
  const context = testContext(working());
  expect(await runCommand(run(), context)).toBe(0);
  expect(context.printed).toEqual([`${join(folder, 'out.zip')}: 1.2 kB, SHA-256 abc`]);
  expect(context.noted).toEqual([
    ' 25% Roads: 1 of 4 features',
    '100% the archive is complete',
    'note: the extent was repaired',
  ]);
});

test('run --json prints one JSON document and nothing else on standard output', async () => {
  const context = testContext(working());
  expect(await runCommand(run('--json'), context)).toBe(0);
  expect(JSON.parse(context.printed.join('\n'))).toEqual({
    path: join(folder, 'out.zip'),
    name: 'kx-roads-GPKG',
    bytes: 1234,
    sha256: 'abc',
    warnings: ['the extent was repaired'],
    report: { items: [] },
  });
});

test('run resolves the request without a base and without a vertex limit, and closes the site', async () => {
  const opened = site();
  const resolveRequest = vi.fn<SitePort['resolveRequest']>(async () => ({
    errors: { crs: ['EPSG:0 is unknown'], items: ['no layer 9'] },
  }));
  const context = testContext(working({ site: { openSite: async () => opened, resolveRequest } }));
  expect(await runCommand(run(), context)).toBe(1);
  expect(resolveRequest).toHaveBeenCalledWith(
    opened,
    { items: [{ item: 'layers/3' }] },
    { baseUrl: null, maxVertices: null },
  );
  expect(opened.close).toHaveBeenCalledOnce();
  expect(context.noted).toEqual([
    'outcrop: request.json cannot be run:',
    '  crs: EPSG:0 is unknown',
    '  items: no layer 9',
  ]);
});

test('run prints the reasons of a refusal, per item', async () => {
  const reason = { code: 'outside-extent', detail: 'Roads has nothing in the extent' } as const;
  const item = {
    item: 'layers/3',
    reasons: [reason],
    featureCount: null,
    sizeEstimateUnzipped: 0,
    sizeEstimateZipped: 0,
    secondsEstimate: null,
  };
  const tooLarge = { code: 'too-large', detail: 'take less' } as const;
  const refused = { ...valid, plan: null, isValid: false, reasons: [tooLarge], items: [item] };
  const context = testContext(working({ site: { checkRequest: async () => refused } }));
  expect(await runCommand(run(), context)).toBe(1);
  expect(context.printed).toEqual([]);
  expect(context.noted).toEqual([
    'outcrop: The export is refused:',
    '  export: too-large: take less',
    '  layers/3: outside-extent: Roads has nothing in the extent',
  ]);
});

test('run does not overwrite without --force', async () => {
  await writeFile(join(folder, 'out.zip'), 'old');
  const context = testContext(working());
  expect(await runCommand(run(), context)).toBe(1);
  expect(context.noted[0]).toMatch(/out\.zip is already there.*--force/);
  expect(await runCommand(run('--force'), testContext(working()))).toBe(0);
});

test.each([
  [['--output', 'none/out.zip'], /folder .*none does not exist/],
  [['--output', 'site'], /site is a folder; name a zip file/],
  [['--site', 'none'], /none does not exist; name a folder/],
  [['--site', 'request.json'], /request\.json is not a folder/],
])('run with %j says what is wrong', async (more, message) => {
  const context = testContext(working());
  expect(await runCommand(run(...more), context)).toBe(1);
  expect(context.noted[0]).toMatch(message);
});

test('run with a request that is not JSON, or not there, says so', async () => {
  await writeFile(join(folder, 'request.json'), '{');
  const context = testContext(working());
  expect(await runCommand(run(), context)).toBe(1);
  expect(context.noted[0]).toMatch(/request\.json, the request, is not JSON/);
  expect(await runCommand(['run', 'none.json', '--site', 'site', '--output', 'o.zip'], context)).toBe(1);
  expect(context.noted[1]).toMatch(/none\.json, the request, cannot be read/);
});

test('run starts the workers it is asked for before it checks, and refuses what is no number of them', async () => {
  const seen: unknown[] = [];
  const team = {
    [Symbol.asyncDispose]: vi.fn<() => Promise<void>>(async () => undefined),
  } as unknown as WorkerTeam;
  const context = testContext(
    working({
      site: {
        checkRequest: async () => {
          seen.push('check');
          return valid;
        },
      },
      engine: {
        startWorkers: (_, count) => {
          seen.push(count);
          return count === 1 ? null : team;
        },
        runExport: async (_, { workers }) => {
          seen.push(workers);
          return { bytes: 1, sha256: 'abc', report: { items: [] } } as unknown as RunResult;
        },
      },
    }),
  );
  expect(await runCommand(run('--workers', '3'), context)).toBe(0);
  expect(team[Symbol.asyncDispose]).toHaveBeenCalledOnce();
  expect(await runCommand(run('--workers', '1'), context)).toBe(0);
  expect(await runCommand(run(), context)).toBe(0);
  expect(seen).toEqual([3, 'check', team, 1, 'check', 1, undefined, 'check', team]);
  for (const bad of ['0', '1.5', 'all', '-2', '1000']) {
    const refused = testContext(working());
    expect(await runCommand(run('--workers', bad), refused)).toBe(2);
    expect(refused.noted.join(' ')).toMatch(/from 1 to 256/);
  }
});

test('what has nothing to undo yet is ended by Ctrl-C at once: a run asks for it only when it begins to write', async () => {
  const calls: string[] = [];
  const context = testContext(
    working({
      site: {
        checkRequest: async () => {
          calls.push('check');
          return valid;
        },
      },
    }),
  );
  const { interruption } = context;
  const asked = (): AbortSignal => {
    calls.push('interruption');
    return interruption();
  };
  expect(await runCommand(run(), { ...context, interruption: asked })).toBe(0);
  expect(calls).toEqual(['check', 'interruption']);
});

test('an interrupted run ends with 130 and one line', async () => {
  const context = testContext(
    working({
      engine: {
        runExport: async (_, { signal }) => {
          context.controller.abort(new Error('interrupted'));
          throw signal?.reason;
        },
      },
    }),
  );
  expect(await runCommand(run(), context)).toBe(130);
  expect(context.noted).toEqual(['outcrop: cancelled']);
});

test('an engine that fails says why in one line, without a stack', async () => {
  const runExport = async (): Promise<never> => {
    throw new Error('The disk is full; free 3 GB\n    at somewhere');
  };
  const context = testContext(working({ engine: { runExport } }));
  expect(await runCommand(run(), context)).toBe(1);
  expect(context.noted).toEqual(['outcrop: The disk is full; free 3 GB']);
});

test('verify lists the members, and fails where one is wrong', async () => {
  const members = [
    { path: 'roads.gpkg', bytes: 2000, sha256: 'a', ok: true, problem: null },
    { path: 'roads.txt', bytes: 20, sha256: 'b', ok: false, problem: 'its SHA-256 is c' },
  ];
  const good = { ok: true, members: members.slice(0, 1), problems: [] };
  const bad = { ok: false, members, problems: [] };
  const context = testContext({
    workingFolder: folder,
    engine: { verifyArchive: async (path) => (path.endsWith('good.zip') ? good : bad) },
  });
  expect(await runCommand(['verify', 'good.zip'], context)).toBe(0);
  expect(context.printed).toEqual(['ok  roads.gpkg  2.0 kB']);
  expect(await runCommand(['verify', 'bad.zip'], context)).toBe(1);
  expect(context.printed.slice(1)).toEqual(['ok   roads.gpkg  2.0 kB', 'BAD  roads.txt   its SHA-256 is c']);
  expect(context.noted).toEqual([
    `outcrop: ${join(folder, 'bad.zip')} is not a good archive: 1 of 2 members are not as they should be`,
  ]);
});

test('verify --json prints the verdict, also of a bad archive', async () => {
  const verdict = { ok: false, members: [], problems: ['not a zip file'] };
  const context = testContext({ engine: { verifyArchive: async () => verdict } });
  expect(await runCommand(['verify', 'x.zip', '--json'], context)).toBe(1);
  expect(JSON.parse(context.printed.join('\n'))).toEqual(verdict);
});

test('init lists what it found and what it left out', async () => {
  const initSite: ServerPort['initSite'] = async (url) => ({
    configFile: new URL('outcrop.yaml', url),
    layers: [
      { id: 1, title: 'Roads' },
      { id: 12, title: 'Rivers' },
    ],
    skipped: [{ path: 'bad.gpkg', table: null, reason: 'not a database' }],
  });
  const context = testContext({ workingFolder: folder, server: { initSite } });
  expect(await runCommand(['init', 'site'], context)).toBe(0);
  expect(context.printed).toEqual([
    `${join(folder, 'site', 'outcrop.yaml')}: 2 layers and tables`,
    '  1   Roads',
    '  12  Rivers',
  ]);
  expect(context.noted).toEqual(['left out: bad.gpkg: not a database']);
  expect(await runCommand(['init', 'site', '--json'], context)).toBe(0);
  expect(JSON.parse(context.printed.slice(3).join('\n'))).toMatchObject({
    configFile: join(folder, 'site', 'outcrop.yaml'),
  });
});

test('layers prints a table, and JSON for scripts', async () => {
  const layer = {
    id: 3,
    url: 'layers/3/',
    kind: 'vector',
    title: 'Roads',
    crs: 'EPSG:2193',
    featureCount: 10,
    cropLayer: true,
    unavailable: null,
  };
  const broken = {
    ...layer,
    id: 4,
    title: 'Bad',
    crs: null,
    featureCount: null,
    cropLayer: false,
    unavailable: 'not a database',
  };
  const describeLayers = vi.fn<ServerPort['describeLayers']>(async () => [layer, broken]);
  const opened = site();
  const context = testContext({
    workingFolder: folder,
    server: { openSite: async () => opened, describeLayers },
  });
  expect(await runCommand(['layers', 'site'], context)).toBe(0);
  expect(context.printed).toEqual([
    'id  kind    CRS        features  title',
    '3   vector  EPSG:2193  10        Roads (crop layer)',
    '4   vector  -          -         Bad (unavailable: not a database)',
  ]);
  expect(await runCommand(['layers', 'site', '--json'], context)).toBe(0);
  expect(JSON.parse(context.printed.slice(3).join('\n'))).toEqual([layer, broken]);
  expect(opened.close).toHaveBeenCalledTimes(2);
});

test('token create prints the key, and asks for scopes that there are', async () => {
  const createToken = vi.fn<ServerPort['createToken']>(async ({ scopes }) => ({
    token: 'f00',
    scopes,
    id: 1,
  }));
  const context = testContext({ workingFolder: folder, server: { createToken } });
  expect(
    await runCommand(
      ['token', 'create', 'site', '--scope', 'exports:read', '--scope', 'layers:read'],
      context,
    ),
  ).toBe(0);
  expect(context.printed).toEqual(['f00']);
  expect(createToken).toHaveBeenCalledWith({
    folder: pathToFileURL(join(folder, 'site/')),
    scopes: ['exports:read', 'layers:read'],
  });
  expect(await runCommand(['token', 'create', 'site'], context)).toBe(2);
  expect(await runCommand(['token', 'create', 'site', '--scope', 'everything'], context)).toBe(2);
  expect(context.noted.join('\n')).toMatch(/--scope: exports:read.*\n.*'everything' is invalid/s);
});

test('a key gets its mail address with its making or later, and nothing that is none', async () => {
  const createToken = vi.fn<ServerPort['createToken']>(async ({ scopes }) => ({
    token: 'f00',
    scopes,
    id: 7,
  }));
  const orderNotifications = vi.fn<ServerPort['orderNotifications']>(async () => ({}));
  const context = testContext({ workingFolder: folder, server: { createToken, orderNotifications } });
  const create = ['token', 'create', 'site', '--scope', 'exports:read', '--email'];
  expect(await runCommand([...create, 'ana@example.org'], context)).toBe(0);
  expect(await runCommand(['token', 'email', 'site', '7', 'ben@example.org'], context)).toBe(0);
  expect(await runCommand(['token', 'email', 'site', '7'], context)).toBe(0);
  expect(orderNotifications.mock.calls.map(([, order]) => order)).toEqual([
    { order: 'email', token: 7, address: 'ana@example.org' },
    { order: 'email', token: 7, address: 'ben@example.org' },
    { order: 'email', token: 7, address: null },
  ]);
  expect(await runCommand([...create, 'a@b.org,c@d.org'], context)).toBe(2);
  expect(await runCommand(['token', 'email', 'site', 'seven', 'a@b.org'], context)).toBe(2);
  expect(createToken).toHaveBeenCalledOnce();
});

test('webhook secret and list ask the site and print what it says', async () => {
  const delivery = {
    export_id: 3,
    event: 'complete',
    channel: 'webhook',
    target: 'https://example.com/hook',
    state: 'failed' as const,
    tries: 14,
    detail: 'HTTP 503',
    created_at: '2026-11-25T10:00:00.000000Z',
  };
  const orderNotifications = vi.fn<ServerPort['orderNotifications']>(async (_, { order }) =>
    order === 'secret' ? { secret: 'whsec_x' } : { deliveries: [delivery] },
  );
  const context = testContext({ workingFolder: folder, server: { orderNotifications } });
  expect(await runCommand(['webhook', 'secret', 'site', '--token', '3', '--renew'], context)).toBe(0);
  expect(await runCommand(['webhook', 'list', 'site', '--state', 'failed'], context)).toBe(0);
  expect(await runCommand(['webhook', 'list', 'site', '--limit', '5', '--json'], context)).toBe(0);
  expect(orderNotifications.mock.calls).toEqual([
    [pathToFileURL(join(folder, 'site/')), { order: 'secret', token: 3, renew: true }],
    [pathToFileURL(join(folder, 'site/')), { order: 'list', state: 'failed', limit: 50 }],
    [pathToFileURL(join(folder, 'site/')), { order: 'list', state: null, limit: 5 }],
  ]);
  expect(context.printed[0]).toBe('whsec_x');
  expect(context.printed[1]).toMatch(/^2026-11-25T10:00:00 {2}export 3 .* failed {2}14 tries .* HTTP 503$/);
  expect(JSON.parse(context.printed.slice(2).join('\n'))).toEqual([delivery]);
  expect(await runCommand(['webhook', 'list', 'site', '--state', 'lost'], context)).toBe(2);
  expect(await runCommand(['webhook', 'list', 'site', '--limit', '0'], context)).toBe(2);
});

test('serve prints its address, runs until it is interrupted, and closes', async () => {
  const close = vi.fn<() => Promise<void>>(async () => undefined);
  const startSite = vi.fn<ServerPort['startSite']>(async () => {
    setImmediate(() => context.controller.abort(new Error('interrupted')));
    return { url: new URL('http://127.0.0.1:8123/'), close };
  });
  const context = testContext({ workingFolder: folder, server: { startSite } });
  expect(
    await runCommand(['serve', 'site', '--port', '0', '--public-url', 'https://data.example'], context),
  ).toBe(0);
  expect(context.printed).toEqual(['Serving at http://127.0.0.1:8123/']);
  expect(close).toHaveBeenCalledOnce();
  expect(startSite).toHaveBeenCalledWith({
    folder: pathToFileURL(join(folder, 'site/')),
    port: 0,
    host: '127.0.0.1',
    publicUrl: new URL('https://data.example'),
    anonymous: false,
  });
});

test.each([
  [['--anonymous', '--host', '0.0.0.0'], /--anonymous would let anyone/],
  [['--port', '99999'], /whole number from 0 to 65535/],
  [['--public-url', 'data.example'], /such as https:\/\/data\.example\.org/],
])('serve with %j is refused as a usage error', async (more, message) => {
  const context = testContext({ workingFolder: folder });
  expect(await runCommand(['serve', 'site', ...more], context)).toBe(2);
  expect(context.noted.join('\n')).toMatch(message);
});

test.each([[[]], [['nonsense']], [['run', 'x.json']], [['verify']], [['run', 'x', '--frobnicate']]])(
  'the arguments %j are a usage error',
  async (commandLine) => {
    const context = testContext({ workingFolder: folder });
    expect(await runCommand(commandLine, context)).toBe(2);
    expect(context.printed).toEqual([]);
    expect(context.noted.join('')).not.toBe('');
  },
);

test('help goes to standard output and is no failure', async () => {
  const context = testContext();
  expect(await runCommand(['--help'], context)).toBe(0);
  expect(context.printed.join('\n')).toMatch(/init.*serve.*token.*formats.*export.*run.*layers.*verify/s);
  expect(await runCommand(['run', '--help'], context)).toBe(0);
  expect(await runCommand(['--version'], context)).toBe(0);
  expect(context.printed.at(-1)).toMatch(/^\d+\.\d+\.\d+/);
  expect(await readdir(folder)).toEqual(['request.json', 'site']);
});
