// Several controllers on one cluster: one acts, and whatever becomes of it, the newest state stays.

import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { roleName } from '../../../controller/kubernetes/role.ts';
import { eventually } from '../../support/eventually.ts';
import type { Program } from '../../support/fleet/program.ts';
import { type Asked, type FaultyProxy, startFaultyProxy } from '../../support/kubernetes-proxy.ts';
import { type Looks, looksAt } from './looks.ts';
import { writeProxiedKubeconfig } from './proxied.ts';
import { resource, type Stand, startStand } from './stand.ts';

let stand: Stand;
let looks: Looks;
let proxy: FaultyProxy;

beforeAll(async () => {
  stand = await startStand({
    controllers: 2,
    kubeconfig: async ({ apiServer }, folder) => {
      proxy = await startFaultyProxy(apiServer);
      return await writeProxiedKubeconfig(folder, proxy, apiServer);
    },
  });
  looks = looksAt(stand);
});

afterAll(async () => {
  await stand?.stop();
  await proxy?.close();
});

afterEach(async () => {
  proxy.calm();
  for (const each of stand.fleet.controllers) {
    each.thaw();
    if (each.state === 'down') await each.start();
  }
});

const role = () => roleName(stand.clusterId);

/** Who acts, and who stands by. */
async function roles(): Promise<{ acting: Program; standby: Program }> {
  const acting = await eventually(
    'one acts',
    () => stand.fleet.holderOf(role()),
    (holder) => holder?.state === 'up',
  );
  const standby = stand.fleet.controllers.find((each) => each !== acting);
  if (acting === undefined || standby === undefined) throw new Error('there are not two controllers');
  return { acting, standby };
}

const untilActing = (program: Program) =>
  eventually(
    `${program.name} acts`,
    () => stand.fleet.holderOf(role()),
    (holder) => holder === program,
  );
const declare = (name: string, limitMicroUsd: number) =>
  stand.apply(resource('Budget', name, { limitMicroUsd }));

/** Limits that the ledger says were declared, in order. */
async function declaredLimits(name: string): Promise<unknown[]> {
  const rows = await stand.fleet.world.sql(
    `SELECT coalesce(diff #>> '{after,spec,limitMicroUsd}', diff #>> '{after,/spec/limitMicroUsd}')::int AS limit
     FROM (SELECT id, convert_from(bytes, 'UTF8')::jsonb AS event FROM audit_event) AS e
     JOIN (SELECT event_id, convert_from(diff, 'UTF8')::jsonb AS diff FROM audit_diff) AS d ON d.event_id = e.id
     WHERE event ->> 'name' = $1 AND event ->> 'action' IN ('create', 'update') ORDER BY e.id`,
    [name],
  );
  return rows.map(({ limit }) => limit);
}
const ofBudgets = ({ path }: Asked): boolean => path.includes('/budgets');
const isList = (asked: Asked): boolean => ofBudgets(asked) && asked.method === 'GET' && !asked.isWatch;

test('who takes over from a killed one has slept, and still writes nothing older', async () => {
  const { acting, standby } = await roles();
  await declare('killed', 1);
  await looks.wait('budget/killed');
  standby.freeze();
  // Else what it has not seen would wait in its socket.
  proxy.cut();
  await declare('killed', 2);
  await looks.wait('budget/killed');
  await acting.kill();
  await declare('meanwhile', 5);
  await eventually(
    'the lease has run out',
    () => stand.fleet.world.sql('SELECT FROM leases WHERE name = $1 AND lease_until > now()', [role()]),
    (rows) => rows.length === 0,
  );
  // It wakes with what it saw before, and cannot read anew for a while.
  proxy.inject(isList, { answer: 500 }, 4);
  standby.thaw();
  await untilActing(standby);
  await looks.wait('budget/meanwhile');
  await declare('killed', 3);
  await looks.wait('budget/killed');
  expect(await declaredLimits('killed')).toEqual([1, 2, 3]);
  expect(await looks.limitOf('killed')).toBe(3);
  expect(await looks.limitOf('meanwhile')).toBe(5);
});

test('who was frozen in the middle of a write past its lease changes nothing when it wakes', async () => {
  const { acting, standby } = await roles();
  await declare('frozen', 1);
  await looks.wait('budget/frozen');
  const isTelling = ({ method, path }: Asked): boolean =>
    method === 'PATCH' && path.includes('/budgets/frozen/status');
  const hits = proxy.inject(isTelling, { stall: true });
  await declare('frozen', 2);
  await eventually(
    'it is in the middle of a write',
    async () => hits(),
    (count) => count === 1,
  );
  acting.freeze();
  await untilActing(standby);
  await declare('frozen', 3);
  await looks.wait('budget/frozen');
  const before = (await looks.get('budget', 'frozen')).metadata.resourceVersion;
  acting.thaw();
  // Its timers have run and it has asked for the lease when its log says so, or it answers.
  await eventually(
    'it is awake',
    async () => (await fetch(`${acting.address}/healthz`)).ok,
    (is) => is,
  );
  await declare('after', 1);
  await looks.wait('budget/after');
  expect((await looks.get('budget', 'frozen')).metadata.resourceVersion).toBe(before);
  await declare('frozen', 4);
  await looks.wait('budget/frozen');
  expect(await declaredLimits('frozen')).toEqual([1, 2, 3, 4]);
  expect((await looks.get('budget', 'frozen')).status).toMatchObject({ observedGeneration: 4 });
});

test('who is asked to stop hands the role over', async () => {
  const { acting, standby } = await roles();
  await declare('handed', 1);
  await looks.wait('budget/handed');
  await acting.stop();
  const left = await stand.fleet.world.sql('SELECT FROM leases WHERE name = $1 AND holder LIKE $2', [
    role(),
    `%/${acting.pid}/%`,
  ]);
  expect(left).toEqual([]);
  await untilActing(standby);
  await declare('handed', 2);
  await looks.wait('budget/handed');
  expect(await looks.actions('handed')).toEqual(['create', 'reconcile', 'update', 'reconcile']);
  expect(stand.fleet.crashes()).toEqual([]);
});
