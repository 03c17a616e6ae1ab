// Whose an object is, between a cluster, others that declare the same, and the orgs that namespaces belong to.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Api, apiOf, problemOf } from '../../support/api.ts';
import { eventually } from '../../support/eventually.ts';
import { type Asked, type FaultyProxy, startFaultyProxy } from '../../support/kubernetes-proxy.ts';
import { type Looks, looksAt } from './looks.ts';
import { writeProxiedKubeconfig } from './proxied.ts';
import { NAMESPACE, ORG, resource, type Stand, startStand } from './stand.ts';

let stand: Stand;
let looks: Looks;
let proxy: FaultyProxy;
let terraform: Api;
const OWNER = 'terraform/state-7';
const budgets = `/v1/orgs/${ORG}/budgets`;

beforeAll(async () => {
  stand = await startStand({
    kubeconfig: async ({ apiServer }, folder) => {
      proxy = await startFaultyProxy(apiServer);
      return await writeProxiedKubeconfig(folder, proxy, apiServer);
    },
  });
  looks = looksAt(stand);
  terraform = apiOf({ address: stand.fleet.world.state.address, token: stand.fleet.token }, OWNER);
});

afterAll(async () => {
  await stand?.stop();
  await proxy?.close();
});

const mapped = (org: string, ...namespaces: string[]) =>
  stand.apply(
    resource('Org', org, {
      namespaces: namespaces.map((namespace) => ({ cluster: stand.clusterId, namespace })),
    }),
  );

test('what Terraform owns is refused by name, and taken over when the resource asks for it', async () => {
  await terraform.create(budgets, { metadata: { name: 'theirs' }, spec: { limitMicroUsd: 1 } });
  await stand.apply(resource('Budget', 'theirs', { limitMicroUsd: 2 }));
  const refused = await looks.told('budget', 'theirs', 'Stalled', 'AlreadyExists');
  expect(refused.message).toContain(OWNER);
  expect(refused.message).toContain('lattice.dev/adopt: "true"');
  expect(await looks.limitOf('theirs')).toBe(1);
  expect(await looks.actions('theirs')).not.toContain('adopt');
  await stand.kubectl('annotate', 'budget', 'theirs', '-n', NAMESPACE, 'lattice.dev/adopt=true');
  await looks.wait('budget/theirs');
  expect(await looks.limitOf('theirs')).toBe(2);
  expect(await looks.objects('theirs')).toMatchObject([
    { owner_manager: 'kubernetes', owner_instance: stand.clusterId },
  ]);
  expect((await looks.actions('theirs')).filter((action) => action === 'adopt')).toHaveLength(1);
});

test('what the cluster owns is not changed over HTTP, and the refusal names the owner', async () => {
  await stand.apply(resource('Budget', 'ours', { limitMicroUsd: 5 }));
  await looks.wait('budget/ours');
  const { metadata } = await terraform.get(`${budgets}/ours`);
  const headers = { 'if-match': `"${metadata.resourceVersion}"` };
  const change = { metadata: {}, spec: { limitMicroUsd: 6 } };
  for (const answer of [
    await terraform.send('PUT', `${budgets}/ours`, change, headers),
    await terraform.send('DELETE', `${budgets}/ours`, undefined, headers),
  ]) {
    const { code, detail } = problemOf(answer);
    expect([answer.status, code]).toEqual([409, 'OwnedByAnother']);
    expect(detail).toContain(`kubernetes/${stand.clusterId}`);
  }
  expect(await looks.limitOf('ours')).toBe(5);
});

test('what is adopted away is told in the status, and stays with its new owner when the resource goes', async () => {
  await stand.apply(resource('Budget', 'leaving', {}));
  await looks.wait('budget/leaving');
  const { status } = await terraform.send('POST', `${budgets}/leaving/adopt`);
  expect(status).toBe(200);
  const { message } = await looks.told('budget', 'leaving', 'Ready', 'AlreadyExists');
  expect(message).toContain(OWNER);
  await stand.kubectl('delete', 'budget', 'leaving', '-n', NAMESPACE, '--timeout=60s');
  expect(await looks.objects('leaving')).toMatchObject([{ owner_manager: 'terraform' }]);
});

test('of two resources with one name the second is told of the first, and takes its place once that is gone', async () => {
  await stand.kubectl('create', 'namespace', 'team-b');
  await mapped(ORG, NAMESPACE, 'team-b');
  await stand.apply(resource('Budget', 'twice', { limitMicroUsd: 1 }));
  await looks.wait('budget/twice');
  await stand.apply(resource('Budget', 'twice', { limitMicroUsd: 2 }, { namespace: 'team-b' }));
  const { message } = await looks.told('budget', 'twice', 'Stalled', 'DeclaredTwice', 'team-b');
  expect(message).toContain(`budgets.lattice.dev ${NAMESPACE}/twice`);
  expect(await looks.limitOf('twice')).toBe(1);
  await stand.kubectl('delete', 'budget', 'twice', '-n', NAMESPACE, '--timeout=60s');
  await looks.wait('budget/twice', 'condition=Ready', 'team-b');
  expect(await looks.limitOf('twice')).toBe(2);
});

test('a namespace that two orgs list is refused, and right again when one lets go', async () => {
  await stand.kubectl('create', 'namespace', 'shared');
  await mapped('one', 'shared');
  await stand.apply(resource('Budget', 'before', {}, { namespace: 'shared' }));
  await looks.wait('budget/before', 'condition=Ready', 'shared');
  await mapped('two', 'shared');
  await looks.told('budget', 'before', 'Ready', 'NamespaceMappedTwice', 'shared');
  await stand.apply(resource('Budget', 'after', {}, { namespace: 'shared' }));
  const { message } = await looks.told('budget', 'after', 'Stalled', 'NamespaceMappedTwice', 'shared');
  expect(message).toContain('orgs "one" and "two"');
  expect(await looks.objects('after')).toEqual([]);
  await mapped('two');
  await looks.wait('budget/before', 'condition=Ready', 'shared');
  await looks.wait('budget/after', 'condition=Ready', 'shared');
});

test('what stands in one org is not moved to another with its namespace', async () => {
  await stand.kubectl('create', 'namespace', 'moving');
  await mapped('from', 'moving');
  await stand.apply(resource('Budget', 'settled', { limitMicroUsd: 3 }, { namespace: 'moving' }));
  await looks.wait('budget/settled', 'condition=Ready', 'moving');
  await mapped('from');
  await looks.told('budget', 'settled', 'Ready', 'NamespaceNotMapped', 'moving');
  await mapped('to', 'moving');
  const { message } = await looks.told('budget', 'settled', 'Ready', 'OrgChanged', 'moving');
  expect(message).toContain('from/settled');
  expect(await looks.objects('settled')).toMatchObject([{ org: 'from' }]);
  await stand.kubectl('delete', 'budget', 'settled', '-n', 'moving', '--timeout=60s');
  expect(await looks.objects('settled')).toEqual([]);
});

test('nothing is created before the finalizer is there', async () => {
  const isFinalizing = ({ method, path }: Asked): boolean =>
    method === 'PATCH' && path.includes('/budgets/guarded') && path.includes('lattice-finalizer');
  const hits = proxy.inject(isFinalizing, { answer: 500 }, 1_000);
  await stand.apply(resource('Budget', 'guarded', {}));
  await eventually(
    'the finalizer was refused a few times',
    async () => hits(),
    (count) => count >= 3,
  );
  expect(await looks.objects('guarded')).toEqual([]);
  expect(await looks.actions('guarded')).toEqual([]);
  proxy.calm();
  await looks.wait('budget/guarded');
  expect((await looks.get('budget', 'guarded')).metadata.finalizers).toEqual(['lattice.dev/cleanup']);
});
