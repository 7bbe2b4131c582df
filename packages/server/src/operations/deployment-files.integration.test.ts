import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

import { configVariables } from '../config.ts';
import type { Database } from '../database/database.ts';
import { registerSiteFigures } from './register-site-figures.ts';
import { createSiteMetrics } from './site-metrics.ts';

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** What the programs that Outcrop is made of read from the environment by themselves. */
const foreignVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'NODE_ENV',
  'NODE_OPTIONS',
];
const isKnown = (name: string): boolean => [...configVariables, ...foreignVariables].includes(name);

interface Container {
  readonly image: string;
  readonly env?: readonly { name: string }[];
  readonly securityContext?: Record<string, unknown>;
}

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
  readonly spec?: {
    readonly template?: {
      spec: { containers: readonly Container[]; securityContext: Record<string, unknown> };
    };
    readonly selector?: { matchLabels?: Record<string, string> };
    readonly scaleTargetRef?: { name: string };
  };
}

const kubernetesFiles = readdirSync(new URL('deploy/kubernetes/', root));
const resources: readonly Resource[] = kubernetesFiles.flatMap((file) =>
  parseAllDocuments(read(`deploy/kubernetes/${file}`)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Resource;
  }),
);

describe('Kubernetes', () => {
  test('every file but the autoscaler for others is part of the whole, and nothing else is', () => {
    const { resources: listed } = parse(read('deploy/kubernetes/kustomization.yaml')) as {
      resources: string[];
    };
    const expected = kubernetesFiles.filter((file) => !['kustomization.yaml', 'hpa.yaml'].includes(file));
    expect(listed.toSorted()).toEqual(expected.toSorted());
  });

  test('every variable is one that the program knows', () => {
    const names = resources.flatMap(({ spec, data }) => [
      ...Object.keys(data ?? {}),
      ...(spec?.template?.spec.containers ?? []).flatMap(({ env = [] }) => env.map(({ name }) => name)),
    ]);
    expect(names).toContain('OUTCROP_MIGRATE');
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
  });

  test('no secret is written down: passwords come from the secret by reference', () => {
    const names = resources.flatMap(({ data }) => Object.keys(data ?? {}));
    expect(resources.map(({ kind }) => kind)).not.toContain('Secret');
    expect(names.filter((name) => /DATABASE_URL|SECRET|PASSWORD|TOKEN|ACCESS_KEY/.test(name))).toEqual([]);
  });

  test('every pod runs as a plain user that may write to its own folders only', () => {
    const pods = resources.flatMap(({ spec }) => spec?.template?.spec ?? []);
    expect(pods).toHaveLength(3);
    for (const { securityContext, containers } of pods) {
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of containers) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  test('what scales and what is kept from being drained is there', () => {
    const deployments = resources
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ metadata }) => metadata.name);
    expect(deployments).toEqual(['outcrop-api', 'outcrop-worker']);
    const targets = resources.flatMap(({ spec }) => spec?.scaleTargetRef?.name ?? []);
    expect(targets).toEqual(['outcrop-worker', 'outcrop-worker']);
    const budgets = resources.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.map(({ metadata }) => metadata.name)).toEqual(deployments);
  });

  test('kubectl puts it together', () => {
    const folder = new URL('deploy/kubernetes', root).pathname;
    const { status, stdout, error } = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
    if (error !== undefined) return;
    expect(status).toBe(0);
    expect(stdout).toContain('image: registry.example.org/outcrop:0.0.0');
  });
});

describe('compose', () => {
  const compose = parse(read('deploy/docker/compose.yaml'), { merge: true }) as {
    services: Record<string, { image: string; command: string[]; environment: Record<string, string> }>;
  };
  const ours = Object.values(compose.services).filter(({ image }) => image === 'outcrop');

  test('every variable is one that the program knows, and every value that must be chosen is in the example', () => {
    expect(ours.map(({ command }) => command[0])).toEqual(['migrate', 'api', 'worker']);
    const names = ours.flatMap(({ environment }) => Object.keys(environment));
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
    const used = [...read('deploy/docker/compose.yaml').matchAll(/(?<!\$)\$\{(\w+)/g)].map(
      ([, name]) => name,
    );
    const offered = [...read('deploy/docker/example.env').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect([...new Set(used)].toSorted()).toEqual(offered.toSorted());
  });

  test('every image has a version', () => {
    const images = Object.values(compose.services).map(({ image }) => image);
    expect(images.filter((image) => image !== 'outcrop' && !/:[^:]*\d[^:]*$/.test(image))).toEqual([]);
  });
});

describe('Dockerfile', () => {
  const instructions = read('deploy/docker/Dockerfile')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...rest] = line.trim().split(/\s+/);
      return { name, rest: rest.join(' ') };
    });
  const named = (name: string): string[] =>
    instructions.filter((one) => one.name === name).map(({ rest }) => rest);

  test('images and packages have versions, lists of packages are not kept, and nothing is added from elsewhere', () => {
    expect(named('FROM').every((from) => /node:20\.\d+-bookworm/.test(from))).toBe(true);
    expect(named('ADD')).toEqual([]);
    const [install] = named('RUN').filter((run) => run.includes('apt-get install'));
    expect(install).toMatch(/--no-install-recommends .*rm -rf \/var\/lib\/apt\/lists/);
    const packages = /recommends (.*?)&&/.exec(install!)?.[1]?.trim().split(/\s+/) ?? [];
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.filter((one) => !one.includes('='))).toEqual([]);
  });

  test('the last stage runs as a plain user, in a form that passes signals on, and says how to see that it lives', () => {
    expect(
      instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM')).map(({ name }) => name),
    ).toEqual([
      'FROM',
      'RUN',
      'COPY',
      'RUN',
      'ENV',
      'USER',
      'WORKDIR',
      'VOLUME',
      'EXPOSE',
      'HEALTHCHECK',
      'ENTRYPOINT',
      'CMD',
    ]);
    expect(named('USER')).toEqual(['10001:10001']);
    expect(
      named('ENTRYPOINT')
        .concat(named('CMD'))
        .every((command) => command.startsWith('[')),
    ).toBe(true);
    expect(named('HEALTHCHECK')[0]).toContain('/healthz');
    const variables = named('ENV').flatMap((line) => [...line.matchAll(/(\w+)=/g)].map(([, name]) => name!));
    expect(variables.filter((name) => !isKnown(name))).toEqual([]);
  });

  test('the script that it calls is there and can be run', () => {
    expect(named('RUN')[0]).toBe('deploy/docker/build-program /out');
    const script = new URL('deploy/docker/build-program', root);
    expect(statSync(script).mode & 0o111).not.toBe(0);
    execFileSync('sh', ['-n', script.pathname]);
  });
});

const units = readdirSync(new URL('deploy/systemd/', root)).filter((file) => file.endsWith('.service'));
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('systemd', () => {
  test('every variable is one that the program knows', () => {
    const texts = [...units, 'outcrop.env'].map((file) => read(`deploy/systemd/${file}`));
    const names = texts.flatMap((text) =>
      [...text.matchAll(/^(?:#|Environment=)?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name!),
    );
    expect(names).toContain('DATABASE_URL');
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
  });

  test('what runs may take less time to end than systemd waits', () => {
    const drain = Number(/OUTCROP_DRAIN_SECONDS=(\d+)/.exec(read('deploy/systemd/outcrop.env'))?.[1]);
    for (const unit of units) {
      expect(Number(/^TimeoutStopSec=(\d+)/m.exec(read(`deploy/systemd/${unit}`))?.[1])).toBeGreaterThan(
        drain,
      );
    }
  });

  test.runIf(hasSystemd).each(units)(
    '%s is what systemd understands, and little of the machine is exposed',
    (unit) => {
      const folder = mkdtempSync(join(tmpdir(), 'outcrop-units-'));
      try {
        const file = join(folder, unit.replace('@', '@1'));
        // The program and its user are not on this machine.
        const text = read(`deploy/systemd/${unit}`)
          .replace(/^ExecStart=\S+ \S+/m, 'ExecStart=/bin/true')
          .replace(/^User=.*/m, 'User=daemon')
          .replace(/^Group=.*/m, 'Group=daemon');
        writeFileSync(file, text);
        const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
        expect(verified.stderr).toBe('');
        expect(verified.status).toBe(0);
        const options = ['security', '--offline=true', '--threshold=20', file];
        expect(spawnSync('systemd-analyze', options, { encoding: 'utf8' }).status).toBe(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

describe('metrics', () => {
  const { registry } = createSiteMetrics();
  registerSiteFigures(registry, {
    database: { connections: () => ({ open: 1, idle: 1, waiting: 0 }) } as unknown as Database,
    workFolder: root,
    archiveFolder: root,
    onError: () => undefined,
  });
  const known = registry
    .getMetricsAsArray()
    .map(({ name, help, type }) => ({ name, help, type: String(type) }));
  const baseName = (name: string): string => name.replace(/_(bucket|count|sum)$/, '');

  test('the table of the guide is that of the code', () => {
    const rows = [
      ...read('docs/operate/monitoring.md').matchAll(/^\| `(outcrop_\w+)` \| (\w+) \| (.*?) \|$/gm),
    ];
    const documented = rows.map(([, name, type, help]) => ({ name, type, help }));
    const own = known.filter(({ name }) => name.startsWith('outcrop_'));
    expect(documented.toSorted(byName)).toEqual(
      own.map(({ name, type, help }) => ({ name, type, help })).toSorted(byName),
    );
  });

  test.each(['deploy/alerts.yaml', 'deploy/kubernetes/keda.yaml', 'deploy/kubernetes/hpa.yaml'])(
    '%s asks for metrics that are told',
    (file) => {
      parse(read(file));
      const asked = [...read(file).matchAll(/\b(?:outcrop|nodejs|process)_[a-z0-9_]+/g)].map(
        ([name]) => name,
      );
      expect(asked.length).toBeGreaterThan(0);
      const names = known.map(({ name }) => name);
      expect(asked.filter((name) => !names.includes(name) && !names.includes(baseName(name)))).toEqual([]);
    },
  );

  test('every alert says what is wrong', () => {
    const { groups } = parse(read('deploy/alerts.yaml')) as {
      groups: {
        rules: { alert: string; labels: { severity: string }; annotations: { summary: string } }[];
      }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(5);
    for (const { labels, annotations } of rules) {
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary.length).toBeGreaterThan(20);
    }
  });
});

function byName(a: { name?: string | undefined }, b: { name?: string | undefined }): number {
  return (a.name ?? '').localeCompare(b.name ?? '');
}
