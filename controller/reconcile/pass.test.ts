// What a pass comes to: an object that settles, waits, is overtaken by a change, has a backend that fails, or goes.

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { readLinks } from '../../audit/read.ts';
import { verifyChain } from '../../audit/verify.ts';
import { requestWork } from '../../store/work.ts';
import { BackendError } from '../backends/errors.ts';
import { budgetReconciler, type PassStage, startPassStage } from './testing/pass-stage.ts';

let stage: PassStage;

beforeAll(async () => {
  stage = await startPassStage();
});
afterAll(() => stage.close());
beforeEach(() => stage.clear());

test('an object settles, and a pass that finds nothing to do writes nothing but the end of the work', async () => {
  const org = await stage.declare('Org', 'acme');
  await stage.pass(org.uid);
  stage.namespaces.set('lattice-org-acme', 'serving');
  expect((await stage.pass(org.uid)).result).toMatchObject({ type: 'done', reason: 'Available' });
  expect(await stage.ready(org.uid)).toBe('True Available');
  expect(await stage.sql('SELECT * FROM work')).toEqual([]);
  const everything = async () => [
    await stage.sql('SELECT xmin, * FROM objects'),
    await stage.sql('SELECT xmin, * FROM lattice_orgs'),
    await stage.sql('SELECT count(*) FROM audit_event'),
  ];
  const before = await everything();
  await stage.db.transaction((tx) => requestWork(tx, org.uid));
  expect((await stage.pass(org.uid)).idle).toBe(true);
  expect(await everything()).toEqual(before);
  expect(await stage.sql('SELECT * FROM work')).toEqual([]);
});

test('waiting again and again is told once', async () => {
  const org = await stage.declare('Org', 'acme');
  await stage.pass(org.uid);
  const before = await stage.told(org.uid);
  for (let turn = 0; turn < 3; turn++) expect((await stage.pass(org.uid)).idle).toBe(true);
  expect(await stage.told(org.uid)).toEqual(before);
});

test('a row that a change overtook is written, and told, under the generation that it holds', async () => {
  const root = await stage.declare('Budget', 'root', { limitMicroUsd: 1 });
  const reconciler = budgetReconciler(stage.db);
  let change: (() => Promise<unknown>) | undefined = () =>
    stage.sql(`UPDATE objects SET generation = 2, spec = spec || '{"limitMicroUsd": 2}' WHERE uid = $1`, [
      root.uid,
    ]);
  const overtaken: typeof reconciler = {
    ...reconciler,
    observe: async (object) => {
      const seen = await reconciler.observe(object);
      await change?.();
      change = undefined;
      return seen;
    },
  };
  stage.context = { ...stage.context, reconcilers: [overtaken] };
  expect((await stage.pass(root.uid)).object).toMatchObject({ generation: 2 });
  expect(await stage.sql('SELECT generation::int, limit_micro_usd::int FROM lattice_ai_budgets')).toEqual([
    { generation: 2, limit_micro_usd: 2 },
  ]);
  const [event, ...more] = await stage.sql(
    `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'generation' AS generation FROM audit_event
     WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'uid' = $1`,
    [root.uid],
  );
  expect([event, more]).toEqual([{ generation: 2 }, []]);
});

test('a backend that fails is told, tried again with backoff, and takes no readiness away', async () => {
  const org = await stage.declare('Org', 'acme');
  stage.namespaces.set('lattice-org-acme', 'serving');
  await stage.pass(org.uid);
  stage.namespaces.delete('lattice-org-acme');
  await stage.db.transaction((tx) => requestWork(tx, org.uid));
  stage.instead = async () => Promise.reject(new BackendError('Temporal: no answer'));
  for (const attempts of [1, 2, 3]) {
    expect((await stage.pass(org.uid)).result).toMatchObject({ type: 'retry', code: 'BackendUnavailable' });
    expect(await stage.sql('SELECT attempts, due_at > now() AS later, lease_owner FROM work')).toEqual([
      { attempts, later: true, lease_owner: null },
    ]);
  }
  expect(await stage.ready(org.uid)).toBe('True Available');
  expect(await stage.told(org.uid)).toEqual([
    'reconcile outcome ok',
    'repair intent pending',
    'repair outcome failed',
  ]);
  stage.instead = undefined;
  await stage.pass(org.uid);
  expect(stage.namespaces.get('lattice-org-acme')).toBe('pending');
});

test('a deletion waits for what depends on it and names it, then takes everything along and ends the chain', async () => {
  const org = await stage.declare('Org', 'acme');
  const root = await stage.declare('Budget', 'root');
  stage.namespaces.set('lattice-org-acme', 'serving');
  await stage.pass(org.uid);
  await stage.pass(root.uid);
  for (const { uid } of [org, root]) await stage.remove(uid);
  expect((await stage.pass(org.uid)).result).toMatchObject({
    code: 'DependentsExist',
    message: expect.stringContaining('budget acme/root'),
  });
  expect(stage.namespaces.size).toBe(1);
  await stage.pass(root.uid);
  // The last dependent that goes wakes the org.
  const [woken] = await stage.sql('SELECT due_at <= now() AS due FROM work WHERE object_uid = $1', [org.uid]);
  expect(woken).toEqual({ due: true });
  expect((await stage.pass(org.uid)).result).toMatchObject({ type: 'done', reason: 'Deleted' });
  expect(stage.namespaces.size).toBe(0);
  for (const table of ['objects', 'object_references', 'work', 'lattice_orgs', 'lattice_ai_budgets'])
    expect(await stage.sql(`SELECT * FROM ${table}`)).toEqual([]);
  expect((await stage.told(org.uid)).at(-1)).toBe('tombstone outcome ok');
  const [last] = await stage.sql(
    'SELECT id::int AS id FROM audit_event WHERE chain = $1 ORDER BY id DESC LIMIT 1',
    [org.uid],
  );
  await stage.context.links.linked(Number(last?.id), AbortSignal.timeout(30_000));
  const links = await readLinks(stage.db, org.uid, 0, 100);
  expect(await verifyChain(org.uid, links)).toMatchObject({ org: 'acme', breaks: [] });
  expect(links.at(-1)?.event).toContain('"action":"tombstone"');
});

test('work for an object that is gone is ended', async () => {
  const budget = await stage.declare('Budget', 'root');
  await stage.sql('DELETE FROM objects');
  expect(await stage.pass(budget.uid)).toMatchObject({ object: undefined, idle: true });
  expect(await stage.sql('SELECT * FROM work')).toEqual([]);
});
