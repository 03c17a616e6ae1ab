// Both ways to install Lattice, against the API server that would have to take them.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../config/load.ts';
import { kinds } from '../crds/kinds.ts';
import { run } from '../servers/command.ts';
import { findTool } from '../servers/find.ts';
import { type Kubectl, kubectlFor } from '../servers/kubernetes/kubectl.ts';
import { type RunningKubernetes, startKubernetes } from '../servers/kubernetes/kubernetes.ts';
import { eventually, temporaryFolder } from '../servers/testing.ts';

const root = join(import.meta.dirname, '..');
const chart = join(root, 'deploy/helm/lattice');

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
type Manifest = z.infer<typeof manifest>;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let kubernetes: RunningKubernetes;
let kubectl: Kubectl;

beforeAll(async () => {
  folder = await temporaryFolder();
  kubernetes = await startKubernetes({ folder: join(folder.path, 'kubernetes'), unsafeNoFsync: true });
  kubectl = await kubectlFor(kubernetes.apiServer.kubeconfig);
  await apply([podMonitorDefinition]);
  await apply(await definitions());
  await apply((await kustomized()).filter(({ kind }) => kind === 'Namespace'));
});

afterAll(async () => {
  await kubernetes?.stop();
  await folder?.[Symbol.asyncDispose]();
});

/** The least that a PodMonitor can be checked by: the Prometheus operator's own definition is not ours to carry. */
const podMonitorDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'podmonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { kind: 'PodMonitor', listKind: 'PodMonitorList', plural: 'podmonitors', singular: 'podmonitor' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

function read(yaml: string): Manifest[] {
  return parseAllDocuments(yaml)
    .map((document): unknown => document.toJS())
    .filter((value) => value !== null)
    .map((value) => manifest.parse(value));
}

async function kustomized(): Promise<Manifest[]> {
  return read(await kubectl('kustomize', join(root, 'deploy/kustomize')));
}

async function definitions(): Promise<Manifest[]> {
  return read(await kubectl('kustomize', join(root, 'crds/generated')));
}

async function helm(...args: string[]): Promise<string> {
  const { path } = await findTool('helm');
  const home = join(folder.path, 'helm');
  return run(path, args, { env: { PATH: process.env.PATH, HOME: home } });
}

async function charted(...args: string[]): Promise<Manifest[]> {
  return read(await helm('template', 'lattice', chart, '--namespace', 'lattice-system', ...args));
}

async function apply(manifests: readonly unknown[], ...args: string[]): Promise<string> {
  const file = join(folder.path, `${crypto.randomUUID()}.yaml`);
  await writeFile(file, manifests.map((each) => stringify(each)).join('---\n'));
  return kubectl('apply', '--validate=strict', '-f', file, ...args);
}

/** By kind and name, so that order does not count; settings as what they say. */
function byName(manifests: readonly Manifest[]): Record<string, unknown> {
  return Object.fromEntries(
    manifests.map((each) => [`${each.kind}/${each.metadata.name}`, { ...each, ...settingsOf(each) }]),
  );
}

function settingsOf(each: Manifest): object {
  if (each.kind !== 'ConfigMap') return {};
  const { data } = z.object({ data: z.object({ 'lattice.yaml': z.string() }) }).parse(each);
  return { data: parseAllDocuments(data['lattice.yaml']).map((document): unknown => document.toJS()) };
}

test('the API server takes every object of the Kustomize base, without a warning', async () => {
  const all = await kustomized();
  const printed = await apply(all, '--dry-run=server', '--warnings-as-errors');
  expect(printed.trim().split('\n')).toHaveLength(all.length);
});

test('the API server takes every object of the chart, without a warning', async () => {
  const all = await charted();
  const printed = await apply(all, '--dry-run=server', '--warnings-as-errors');
  expect(printed.trim().split('\n')).toHaveLength(all.length);
});

test('both render the same objects', async () => {
  const ofBase = await kustomized();
  const ofChart = await charted('--include-crds');
  const { 'Namespace/lattice-system': _, ...rest } = byName(ofBase);
  expect(byName(ofChart)).toEqual(rest);
});

test('every kind is defined, in the base and in the chart', async () => {
  const wanted = kinds.map(({ plural }) => `${plural}.lattice.dev`).sort();
  for (const rendered of [await kustomized(), await charted('--include-crds')]) {
    const defined = rendered.filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(defined.map(({ metadata }) => metadata.name).sort()).toEqual(wanted);
  }
});

test('helm lint finds nothing, and the schema refuses a value that nobody reads', async () => {
  expect(await helm('lint', '--strict', chart)).toContain('0 chart(s) failed');
  await expect(charted('--set', 'replicas=3')).rejects.toThrow('replicas');
  await expect(charted('--set', 'settings.databaseUrl=postgres://x')).rejects.toThrow('databaseUrl');
});

test('the chart takes an image by digest, more settings and no monitor', async () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const rendered = await charted(
    ...['--set', `image.repository=images.example/lattice,image.digest=${digest}`],
    ...['--set', 'settings.logLevel=debug,podMonitor.enabled=false,image.pullSecrets={pull}'],
  );
  await apply(rendered, '--dry-run=server', '--warnings-as-errors');
  const objects = byName(rendered);
  expect(objects['PodMonitor/lattice-controller']).toBeUndefined();
  expect(objects['ConfigMap/lattice']).toMatchObject({ data: [{ logLevel: 'debug' }] });
  expect(objects['Deployment/lattice-worker']).toMatchObject({
    spec: { template: { spec: { containers: [{ image: `images.example/lattice@${digest}` }] } } },
  });
});

test('the programs take the settings that are shipped', async () => {
  const { data } = z
    .object({ data: z.object({ 'lattice.yaml': z.string() }) })
    .parse((await kustomized()).find(({ kind }) => kind === 'ConfigMap'));
  await mkdir(join(folder.path, 'settings'), { recursive: true });
  const file = join(folder.path, 'settings/lattice.yaml');
  await writeFile(file, data['lattice.yaml']);
  const environment = { LATTICE_DATABASE_URL: 'postgres://lattice:secret@postgres/lattice' };
  expect(await loadConfig({ flags: {}, environment, file })).toMatchObject({ listenPort: 7450 });
});

test('the image holds every folder of the programs, and nothing of a test', async () => {
  const apart = ['bench', 'deploy', 'docs', 'examples', 'node_modules', 'test'];
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !apart.includes(entry.name))
    .map(({ name }) => name)
    .filter((name) => name !== 'dist');
  const lines = async (file: string) => (await readFile(join(root, 'deploy', file), 'utf8')).split('\n');
  const copied = (await lines('Containerfile')).flatMap(
    (line) => /^COPY --from=build \/lattice\/(\w+) \.\/\1$/.exec(line)?.[1] ?? [],
  );
  expect(copied.sort()).toEqual(['dist', 'node_modules', ...folders].sort());
  expect(await lines('Containerfile.dockerignore')).toEqual(
    expect.arrayContaining(['**', ...folders.map((name) => `!${name}`), '**/*.test.ts']),
  );
});

test('the controller may do what it must and no more, and a worker nothing', async () => {
  const roles = ['ClusterRole', 'ClusterRoleBinding', 'ServiceAccount'];
  await apply((await kustomized()).filter(({ kind }) => roles.includes(kind)));
  const may = async (account: string, ...question: string[]) => {
    const who = `system:serviceaccount:lattice-system:${account}`;
    const answer = await kubectl('auth', 'can-i', `--as=${who}`, ...question).catch(String);
    return /^yes/m.test(answer);
  };
  const controller = (...question: string[]) => may('lattice-controller', ...question);
  await eventually('the roles are in force', () => controller('list', 'agents.lattice.dev', '-A'));
  const granted = [
    ...kinds.map(({ plural }) => ['watch', `${plural}.lattice.dev`, '-A']),
    ['patch', 'agents.lattice.dev', '-n', 'team-a'],
    ['update', 'agents.lattice.dev', '--subresource=status', '-n', 'team-a'],
    ['update', 'agents.lattice.dev', '--subresource=finalizers', '-n', 'team-a'],
    ['create', 'events.events.k8s.io', '-n', 'team-a'],
    ['get', 'namespaces/kube-system'],
    ['patch', 'validatingwebhookconfigurations/lattice'],
  ];
  for (const question of granted) expect([question, await controller(...question)]).toEqual([question, true]);
  const withheld = [
    ['get', 'secrets', '-n', 'team-a'],
    ['get', 'secrets', '-n', 'lattice-system'],
    ['create', 'agents.lattice.dev', '-n', 'team-a'],
    ['delete', 'agents.lattice.dev', '-n', 'team-a'],
    ['list', 'namespaces'],
    ['get', 'namespaces/default'],
    ['patch', 'validatingwebhookconfigurations/other'],
    ['create', 'validatingwebhookconfigurations'],
    ['update', 'customresourcedefinitions/agents.lattice.dev'],
    ['create', 'pods', '-n', 'lattice-system'],
  ];
  for (const question of withheld)
    expect([question, await controller(...question)]).toEqual([question, false]);
  expect(await may('lattice-worker', 'get', 'agents.lattice.dev', '-A')).toBe(false);
});

test('secrets of a namespace can be read once its owner has granted it, and only there', async () => {
  for (const namespace of ['team-a', 'team-b']) await kubectl('create', 'namespace', namespace);
  await apply((await kustomized()).filter(({ kind }) => kind === 'ClusterRole'));
  const who = 'lattice-system:lattice-controller';
  const may = (namespace: string, verb: string) =>
    kubectl('auth', 'can-i', verb, 'secrets', '-n', namespace, `--as=system:serviceaccount:${who}`).then(
      () => true,
      () => false,
    );
  const grant = ['--clusterrole=lattice-secret-reader', `--serviceaccount=${who}`];
  await kubectl('create', 'rolebinding', 'lattice', '-n', 'team-a', ...grant);
  await eventually('the grant is in force', () => may('team-a', 'get'));
  expect([await may('team-a', 'list'), await may('team-b', 'get')]).toEqual([false, false]);
});
