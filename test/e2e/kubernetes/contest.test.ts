// What a controller meets from outside: edits faster than it works, others that write where it writes, a server that goes away.

import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startEtcd } from '../../../servers/etcd.ts';
import { startApiServer } from '../../../servers/kubernetes/api-server.ts';
import { eventually } from '../../support/eventually.ts';
import { type FaultyProxy, startFaultyProxy } from '../../support/kubernetes-proxy.ts';
import { type Looks, looksAt } from './looks.ts';
import { writeProxiedKubeconfig } from './proxied.ts';
import { NAMESPACE, resource, type Stand, startStand } from './stand.ts';

let stand: Stand;
let looks: Looks;
let proxy: FaultyProxy;
const restarted: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  stand = await startStand({
    kubeconfig: async ({ apiServer }, folder) => {
      proxy = await startFaultyProxy(apiServer);
      return await writeProxiedKubeconfig(folder, proxy, apiServer);
    },
  });
  looks = looksAt(stand);
});

afterAll(async () => {
  for (const server of restarted.splice(0).reverse()) await server.stop();
  await stand?.stop();
  await proxy?.close();
});

const isFull = process.env.LATTICE_TEST_FULL !== undefined;
const pathOf = (name: string): string => `/apis/lattice.dev/v1alpha1/namespaces/${NAMESPACE}/budgets/${name}`;
const merge = (path: string, body: object) =>
  stand.api.send('PATCH', path, body, 'application/merge-patch+json');
const statusWrites = (name: string): number =>
  proxy.writes().filter(({ path }) => path.startsWith(`${pathOf(name)}/status`)).length;

test('an object that is edited a hundred times a second ends at its last value', async () => {
  await stand.apply(resource('Budget', 'edited', { limitMicroUsd: 1_000 }));
  await looks.wait('budget/edited');
  const EDITS = 300;
  const before = statusWrites('edited');
  const edits: Promise<{ status: number }>[] = [];
  for (let edit = 1; edit <= EDITS; edit++) {
    // Back and forth, as two who fight over the field would.
    edits.push(merge(pathOf('edited'), { spec: { limitMicroUsd: edit % 2 === 0 ? edit : 1_000 } }));
    await delay(10);
  }
  for (const { status } of await Promise.all(edits)) expect(status).toBe(200);
  expect((await merge(pathOf('edited'), { spec: { limitMicroUsd: 77 } })).status).toBe(200);
  await looks.wait('budget/edited', 'jsonpath={.spec.limitMicroUsd}=77');
  await looks.wait('budget/edited');
  const { metadata, status } = await looks.get('budget', 'edited');
  expect(status).toMatchObject({
    observedGeneration: metadata.generation,
    conditions: expect.arrayContaining([
      expect.objectContaining({ type: 'Ready', status: 'True', observedGeneration: metadata.generation }),
    ]),
  });
  expect(await looks.limitOf('edited')).toBe(77);
  expect(statusWrites('edited') - before).toBeLessThan(metadata.generation);
});

test('who keeps writing into the status is answered less and less, is told of, and it comes right when it ends', async () => {
  await stand.apply(resource('Budget', 'fought', {}));
  await looks.wait('budget/fought');
  const before = statusWrites('fought');
  const fight = new AbortController();
  const theirs = { type: 'Ready', status: 'False', reason: 'Theirs', message: 'not theirs' };
  const conditions = [{ ...theirs, observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' }];
  let fought = 0;
  const fighting = (async () => {
    for (; !fight.signal.aborted; fought++) {
      const { status } = await merge(`${pathOf('fought')}/status`, { status: { conditions } });
      if (status !== 200) throw new Error(`the fighter was answered ${status}`);
      await delay(100);
    }
  })();
  await eventually(
    'the fight is told of',
    () => looks.events('fought'),
    (events) => events.some(({ reason, type }) => reason === 'Contested' && type === 'Warning'),
  );
  const told = fought;
  await eventually(
    'it went on for as long again',
    async () => fought,
    (count) => count >= told + 20,
  );
  fight.abort();
  await fighting;
  expect(statusWrites('fought') - before).toBeLessThan(8);
  await looks.told('budget', 'fought', 'Ready', 'Available');
  expect((await looks.get('budget', 'fought')).metadata.generation).toBe(1);
});

test('what happens while the API server and its etcd are away is told once they are back', async () => {
  await stand.apply(resource('Budget', 'around', { limitMicroUsd: 3 }));
  await looks.wait('budget/around');
  const { etcd, apiServer } = stand.kubernetes;
  const folder = dirname(apiServer.kubeconfig);
  await apiServer.stop();
  await etcd.stop();
  await stand.fleet.world.sql(`UPDATE lattice_ai_budgets SET limit_micro_usd = 999 WHERE name = 'around'`);
  await eventually(
    'the row is put right',
    () => looks.limitOf('around'),
    (limit) => limit === 3,
  );
  if (isFull) await delay(30_000);
  restarted.push(await startEtcd({ dataDir: join(folder, 'etcd'), port: etcd.port, unsafeNoFsync: true }));
  restarted.push(await startApiServer({ folder, etcd, port: apiServer.port }));
  await looks.wait('budget/around', 'jsonpath={.status.repairs.count}=1');
  await stand.apply(resource('Budget', 'later', {}));
  await looks.wait('budget/later');
  await stand.kubectl('delete', 'budget', 'around', 'later', '-n', NAMESPACE, '--timeout=60s');
  expect(await looks.objects('around')).toEqual([]);
  expect(stand.fleet.crashes()).toEqual([]);
});
