// The source through what networks and API servers do: each fault is real for the controller, and the world comes out right.

import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { writeKubeconfig } from '../../../servers/kubernetes/kubeconfig.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type Asked,
  type Fault,
  type FaultyProxy,
  startFaultyProxy,
} from '../../support/kubernetes-proxy.ts';
import { NAMESPACE, resource, type Stand, startStand } from './stand.ts';

let stand: Stand;
let proxy: FaultyProxy;

beforeAll(async () => {
  stand = await startStand({
    kubeconfig: async ({ apiServer }, folder) => {
      proxy = await startFaultyProxy(apiServer);
      const file = join(folder, 'proxied.kubeconfig');
      const server = { url: proxy.url, caPem: apiServer.caPem };
      await writeKubeconfig(file, { server, credentials: { token: apiServer.token } });
      return file;
    },
  });
});

afterAll(async () => {
  await stand?.stop();
  await proxy?.close();
});

beforeEach(() => proxy.calm());

const wait = (what: string, condition = 'condition=Ready') =>
  stand.kubectl('wait', what, '-n', NAMESPACE, `--for=${condition}`, '--timeout=90s');
const limitInStore = async (name: string): Promise<unknown> => {
  const [row] = await stand.fleet.world.sql(
    'SELECT limit_micro_usd::int AS limit FROM lattice_ai_budgets WHERE name = $1',
    [name],
  );
  return row?.limit;
};
const ofBudgets = ({ path }: Asked): boolean => path.includes('/budgets');
const isList = (asked: Asked): boolean => ofBudgets(asked) && asked.method === 'GET' && !asked.isWatch;
const isWatch = (asked: Asked): boolean => ofBudgets(asked) && asked.isWatch;
const isWrite = (asked: Asked): boolean => ofBudgets(asked) && asked.method !== 'GET';

const refusals: Record<string, Fault> = {
  '410': { answer: 410, body: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } },
  '429 with Retry-After': { answer: 429, headers: { 'retry-after': '1' } },
  '500': { answer: 500 },
  'a broken connection': { reset: true },
  'an ERROR event': { lines: [{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }] },
  'a clean end at once': { closeCleanly: true },
};

test.each(Object.entries(refusals))('a watch that meets %s goes on', async (name, fault) => {
  const hits = proxy.inject(isWatch, fault, 2);
  proxy.cut();
  const budget = `watch-${Object.keys(refusals).indexOf(name)}`;
  await stand.apply(resource('Budget', budget, {}));
  await wait(`budget/${budget}`);
  await eventually(
    'the fault was met',
    async () => hits(),
    (count) => count > 0,
  );
});

test.each(['429 with Retry-After', '500', 'a broken connection'])(
  'a list and a write that meet %s go on',
  async (name) => {
    const fault = refusals[name] ?? { reset: true };
    const [lists, writes] = [proxy.inject(isList, fault, 2), proxy.inject(isWrite, fault, 3)];
    proxy.cut();
    const budget = `write-${Object.keys(refusals).indexOf(name)}`;
    await stand.apply(resource('Budget', budget, { limitMicroUsd: 7 }));
    await wait(`budget/${budget}`);
    expect(await limitInStore(budget)).toBe(7);
    await eventually(
      'the faults were met',
      async () => [lists(), writes()],
      ([one = 0, other = 0]) => one > 0 && other > 0,
    );
  },
);

test('events out of order and twice leave the newest state', async () => {
  proxy.inject(isWatch, { rewrite: (lines) => [...lines, ...lines].reverse() }, 10);
  proxy.cut();
  for (let limit = 1; limit <= 20; limit++)
    await stand.apply(resource('Budget', 'shuffled', { limitMicroUsd: limit }));
  await wait('budget/shuffled');
  await eventually(
    'the newest is in force',
    () => limitInStore('shuffled'),
    (limit) => limit === 20,
  );
});

test('what was declared while the controller was down is taken when it is back', async () => {
  const [controller] = stand.fleet.controllers;
  await controller?.stop();
  const names = Array.from({ length: MANY }, (_, index) => `many-${index}`);
  const path = `/apis/lattice.dev/v1alpha1/namespaces/${NAMESPACE}/budgets`;
  for (let from = 0; from < MANY; from += 20)
    await Promise.all(
      names.slice(from, from + 20).map((name) => stand.api.send('POST', path, resource('Budget', name, {}))),
    );
  await controller?.start();
  await stand.kubectl('wait', 'budget', '--all', '-n', NAMESPACE, '--for=condition=Ready', '--timeout=120s');
  const rows = await stand.fleet.world.sql(`SELECT FROM lattice_ai_budgets WHERE name LIKE 'many-%'`);
  expect(rows).toHaveLength(MANY);
  await stand.kubectl('delete', 'budgets', '--all', '-n', NAMESPACE, '--timeout=120s');
  expect(await stand.fleet.world.sql('SELECT FROM lattice_ai_budgets')).toEqual([]);
});

const MANY = process.env.LATTICE_TEST_FULL === undefined ? 200 : 1_000;

test('at rest nothing is written to the API server', async () => {
  await stand.apply(resource('Budget', 'resting', {}));
  await wait('budget/resting');
  await eventually(
    'there is no work left',
    () => stand.fleet.world.sql('SELECT FROM work'),
    (rows) => rows.length === 0,
  );
  const before = proxy.writes().length;
  // A new list of everything, which an eager source would answer with writes.
  const lists = proxy.inject(isList, { answer: 500 });
  proxy.cut();
  await eventually(
    'everything was listed anew',
    async () => lists(),
    (count) => count === 1,
  );
  await stand.apply(resource('Budget', 'probe', {}));
  await wait('budget/probe');
  const writes = proxy
    .writes()
    .slice(before)
    .filter(({ path }) => !path.includes('probe') && !path.includes('/events'));
  expect(writes).toEqual([]);
});
