// Passes that end at the same moment: what they share, and that none fails for another.

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { LostLeaseError, takeWork } from '../../store/work.ts';
import { reconcileOnce } from './pass.ts';
import { type PassStage, startPassStage } from './testing/pass-stage.ts';

let stage: PassStage;

beforeAll(async () => {
  stage = await startPassStage();
});
afterAll(() => stage.close());
beforeEach(() => stage.clear());

test('passes that end at the same moment share one transaction, each with its own event', async () => {
  const budgets = [];
  for (const name of ['a', 'b', 'c']) budgets.push(await stage.declare('Budget', name));
  const results = await stage.passTogether();
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  const [written] = await stage.sql(
    'SELECT count(*)::int AS rows, count(DISTINCT xmin::text)::int AS transactions FROM objects',
  );
  expect(written).toEqual({ rows: 3, transactions: 1 });
  for (const { uid } of budgets) {
    expect(await stage.ready(uid)).toBe('True Available');
    expect(await stage.told(uid)).toEqual(['reconcile outcome ok']);
  }
  expect(await stage.sql('SELECT name FROM lattice_ai_budgets ORDER BY name')).toEqual([
    { name: 'a' },
    { name: 'b' },
    { name: 'c' },
  ]);
  expect(await stage.sql('SELECT * FROM work')).toEqual([]);
});

test('of passes that end together, one that cannot be recorded leaves the others theirs', async () => {
  for (const name of ['a', 'b', 'c']) await stage.declare('Budget', name);
  await stage.sql(`ALTER TABLE lattice_ai_budgets ADD CONSTRAINT no_b CHECK (name <> 'b')`);
  const results = await stage.passTogether();
  await stage.sql('ALTER TABLE lattice_ai_budgets DROP CONSTRAINT no_b');
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(await stage.sql('SELECT name FROM lattice_ai_budgets ORDER BY name')).toEqual([
    { name: 'a' },
    { name: 'c' },
  ]);
  expect(await stage.sql('SELECT count(*)::int AS n FROM work')).toEqual([{ n: 1 }]);
});

test('of passes that end together, one that lost its lease leaves the others theirs', async () => {
  const [lost] = [await stage.declare('Budget', 'a'), await stage.declare('Budget', 'b')];
  const items = await takeWork(stage.db, 'test', 100);
  await stage.sql(`UPDATE work SET fence = nextval('fences'), lease_owner = 'other' WHERE object_uid = $1`, [
    lost.uid,
  ]);
  const results = await Promise.allSettled(
    items.map((item) => reconcileOnce(stage.context, item, AbortSignal.timeout(30_000))),
  );
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  expect(failed).toEqual([expect.any(LostLeaseError)]);
  expect(await stage.sql('SELECT name FROM lattice_ai_budgets')).toEqual([{ name: 'b' }]);
  expect(await stage.told(lost.uid)).toEqual([]);
  expect(await stage.sql('SELECT lease_owner FROM work')).toEqual([{ lease_owner: 'other' }]);
});

test('objects that depend on each other and go at the same moment go in their order', async () => {
  await stage.declare('Org', 'acme');
  const root = await stage.declare('Budget', 'root');
  const child = await stage.declare('Budget', 'child', { parent: 'root' });
  await stage.sql(`DELETE FROM work WHERE object_uid NOT IN ($1, $2)`, [root.uid, child.uid]);
  await stage.passTogether();
  for (const { uid } of [root, child]) await stage.remove(uid);
  await stage.passTogether();
  expect(await stage.sql(`SELECT name FROM objects WHERE kind = 'Budget'`)).toEqual([{ name: 'root' }]);
  await stage.passTogether();
  expect(await stage.sql(`SELECT name FROM objects WHERE kind = 'Budget'`)).toEqual([]);
  expect(await stage.sql('SELECT * FROM lattice_ai_budgets')).toEqual([]);
});
