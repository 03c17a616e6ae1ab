// Both ways to install Lattice, against the API server that would have to take them.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../config/load.ts';
import { kinds } from '../crds/kinds.ts';
import { eventually } from '../servers/testing.ts';
import { byName, type Cluster, chart, settingsText, startCluster } from './testing.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
});

test('the API server takes every object of the Kustomize base, without a warning', async () => {
  const all = await cluster.kustomized();
  const printed = await cluster.apply(all, '--dry-run=server', '--warnings-as-errors');
  expect(printed.trim().split('\n')).toHaveLength(all.length);
});

test('the API server takes every object of the chart, without a warning', async () => {
  const all = await cluster.charted();
  const printed = await cluster.apply(all, '--dry-run=server', '--warnings-as-errors');
  expect(printed.trim().split('\n')).toHaveLength(all.length);
});

test('both render the same objects', async () => {
  const ofBase = await cluster.kustomized();
  const ofChart = await cluster.charted('--include-crds');
  const { 'Namespace/lattice-system': _, ...rest } = byName(ofBase);
  expect(byName(ofChart)).toEqual(rest);
});

test('every kind is defined, in the base and in the chart', async () => {
  const wanted = kinds.map(({ plural }) => `${plural}.lattice.dev`).sort();
  for (const rendered of [await cluster.kustomized(), await cluster.charted('--include-crds')]) {
    const defined = rendered.filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(defined.map(({ metadata }) => metadata.name).sort()).toEqual(wanted);
  }
});

test('helm lint finds nothing, and the schema refuses a value that nobody reads', async () => {
  expect(await cluster.helm('lint', '--strict', chart)).toContain('0 chart(s) failed');
  await expect(cluster.charted('--set', 'replicas=3')).rejects.toThrow('replicas');
  await expect(cluster.charted('--set', 'settings.databaseUrl=postgres://x')).rejects.toThrow('databaseUrl');
});

test('the chart takes an image by digest, more settings and no monitor', async () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const rendered = await cluster.charted(
    ...['--set', `image.repository=images.example/lattice,image.digest=${digest}`],
    ...['--set', 'settings.logLevel=debug,podMonitor.enabled=false,image.pullSecrets={pull}'],
  );
  await cluster.apply(rendered, '--dry-run=server', '--warnings-as-errors');
  const objects = byName(rendered);
  expect(objects['PodMonitor/lattice-controller']).toBeUndefined();
  expect(objects['ConfigMap/lattice']).toMatchObject({ data: { logLevel: 'debug' } });
  expect(objects['Deployment/lattice-worker']).toMatchObject({
    spec: { template: { spec: { containers: [{ image: `images.example/lattice@${digest}` }] } } },
  });
});

test('the programs take the settings that are shipped', async () => {
  const file = join(cluster.folder, 'settings.yaml');
  await writeFile(file, settingsText(await cluster.kustomized()));
  const environment = { LATTICE_DATABASE_URL: 'postgres://lattice:secret@postgres/lattice' };
  expect(await loadConfig({ flags: {}, environment, file })).toMatchObject({ listenPort: 7450 });
});

test('the controller may do what it must and no more, and a worker nothing', async () => {
  const roles = ['ClusterRole', 'ClusterRoleBinding', 'ServiceAccount'];
  await cluster.apply((await cluster.kustomized()).filter(({ kind }) => roles.includes(kind)));
  const may = async (account: string, ...question: string[]) => {
    const who = `system:serviceaccount:lattice-system:${account}`;
    const answer = await cluster.kubectl('auth', 'can-i', `--as=${who}`, ...question).catch(String);
    return /^yes/m.test(answer);
  };
  const controller = (...question: string[]) => may('lattice-controller', ...question);
  await eventually('the roles are in force', () => controller('list', 'agents.lattice.dev', '-A'));
  const granted = [
    ...kinds.map(({ plural }) => ['watch', `${plural}.lattice.dev`, '-A']),
    ['patch', 'agents.lattice.dev', '-n', 'team-a'],
    ['update', 'agents.lattice.dev', '--subresource=status', '-n', 'team-a'],
    ['update', 'agents.lattice.dev', '--subresource=finalizers', '-n', 'team-a'],
    ['create', 'events', '-n', 'team-a'],
    ['get', 'events', '-n', 'team-a'],
    ['patch', 'events', '-n', 'team-a'],
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
  for (const namespace of ['team-a', 'team-b']) await cluster.kubectl('create', 'namespace', namespace);
  await cluster.apply((await cluster.kustomized()).filter(({ kind }) => kind === 'ClusterRole'));
  const who = 'lattice-system:lattice-controller';
  const may = (namespace: string, verb: string) =>
    cluster
      .kubectl('auth', 'can-i', verb, 'secrets', '-n', namespace, `--as=system:serviceaccount:${who}`)
      .then(
        () => true,
        () => false,
      );
  const grant = ['--clusterrole=lattice-secret-reader', `--serviceaccount=${who}`];
  await cluster.kubectl('create', 'rolebinding', 'lattice', '-n', 'team-a', ...grant);
  await eventually('the grant is in force', () => may('team-a', 'get'));
  expect([await may('team-a', 'list'), await may('team-b', 'get')]).toEqual([false, false]);
});
