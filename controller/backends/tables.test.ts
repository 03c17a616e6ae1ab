// The governance tables on a real Postgres: what differs from what is declared is found, and nothing else.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { validateManifest } from '../../crds/validate.ts';
import type { Database } from '../../store/database.ts';
import { insertObject } from '../../store/object-writes.ts';
import type { StoredObject } from '../../store/objects.ts';
import { startTestDatabase, type TestDatabase } from '../../store/testing/database.ts';
import { deleteRows, removeUnmanagedRow, rowObserver, rowSteps, tableDrift, upsertRows } from './tables.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterAll(() => pg.stop());

beforeEach(() =>
  pg.sql('TRUNCATE objects, object_references, lattice_orgs, lattice_ai_budgets, lattice_agents'),
);

const tables = {
  Org: { name: 'lattice_orgs', desired: 'desired_orgs' },
  Budget: { name: 'lattice_ai_budgets', desired: 'desired_ai_budgets' },
  Agent: { name: 'lattice_agents', desired: 'desired_agents' },
};
type Name = keyof typeof tables;

async function declare(kind: Name, name: string, spec: object = {}): Promise<StoredObject> {
  const metadata = kind === 'Org' ? { name } : { org: 'acme', name };
  const { manifest, findings } = validateManifest({ kind, metadata, spec });
  if (manifest === undefined) throw new Error(JSON.stringify(findings));
  const owner = { manager: 'api', instance: 'me', ref: '' } as const;
  const object = await db.transaction((tx) =>
    insertObject(tx, { manifest, owner, idempotencyKey: undefined }),
  );
  if (object === undefined) throw new Error(`${name} exists`);
  return object;
}

async function bringAbout({ uid, kind }: StoredObject): Promise<string[]> {
  const table = tables[kind.name as Name];
  const steps = rowSteps(table, await rowObserver(db, table)(uid));
  await db.transaction(async (tx) => {
    for (const step of steps) await (step.do === 'upsertRow' ? upsertRows : deleteRows)(tx, table, [uid]);
  });
  return steps.map((step) => (step.do === 'upsertRow' ? step.found : 'delete'));
}

const drift = async (kind: Name) =>
  (await tableDrift(db, tables[kind])).map(({ uid, unmanaged }) => `${uid} ${unmanaged}`);
const model = { provider: 'ollama', name: 'smollm2' };

/** An org, a budget tree and an agent, each with its row. */
async function settled() {
  const org = await declare('Org', 'acme', { displayName: 'Acme' });
  const root = await declare('Budget', 'root', {
    limitMicroUsd: 9007199254740991,
    softThresholdsMicroUsd: [1, 9007199254740991],
  });
  const team = await declare('Budget', 'team', { parent: 'root', limitTokens: 0 });
  const agent = await declare('Agent', 'triage', {
    model,
    budget: 'team',
    tools: ['a', 'b'],
    limits: { maxTurns: 3 },
  });
  for (const object of [org, root, team, agent]) expect(await bringAbout(object)).toEqual(['missing']);
  return { org, root, team, agent };
}

test('every declared field reaches its column, exactly, and zero, NULL and empty stay apart', async () => {
  const { org, root, team, agent } = await settled();
  const [rootRow, teamRow] = await pg.sql('SELECT * FROM lattice_ai_budgets ORDER BY name');
  expect(rootRow).toMatchObject({
    uid: root.uid,
    parent_uid: null,
    limit_micro_usd: '9007199254740991',
    limit_tokens: null,
    soft_thresholds_micro_usd: ['1', '9007199254740991'],
    soft_thresholds_tokens: [],
    budget_window: 'month',
    time_zone: 'UTC',
    shadow: false,
  });
  expect(teamRow).toMatchObject({ parent_uid: root.uid, limit_micro_usd: null, limit_tokens: '0' });
  expect(await pg.sql('SELECT * FROM lattice_orgs')).toMatchObject([
    { uid: org.uid, display_name: 'Acme', namespace: 'lattice-org-acme' },
  ]);
  expect(await pg.sql('SELECT * FROM lattice_agents')).toMatchObject([
    {
      uid: agent.uid,
      budget_uid: team.uid,
      tools: ['a', 'b'],
      workflow_id: `agent/${agent.uid}`,
      instructions: null,
      max_turns: '3',
      max_wall_seconds: null,
    },
  ]);
});

test('what is as declared is no drift, and bringing it about again does nothing', async () => {
  const objects = await settled();
  for (const object of Object.values(objects)) expect(await bringAbout(object)).toEqual([]);
  for (const kind of ['Org', 'Budget', 'Agent'] as const) expect(await drift(kind)).toEqual([]);
});

test.each([
  { why: 'a limit lifted', edit: 'limit_micro_usd = NULL' },
  { why: 'a limit one beyond what a double can tell', edit: 'limit_micro_usd = 9007199254740992' },
  { why: 'zero for NULL', edit: 'limit_tokens = 0' },
  { why: 'a threshold taken away', edit: `soft_thresholds_micro_usd = '{1}'` },
  { why: 'thresholds in another order', edit: `soft_thresholds_micro_usd = '{9007199254740991,1}'` },
  { why: 'a flag', edit: 'shadow = true' },
  { why: 'another parent', edit: 'parent_uid = gen_random_uuid()' },
  { why: 'another generation', edit: 'generation = 2' },
  { why: 'another name', edit: `name = 'other'` },
])('an edited row is drift, its column is named, and it is put right: $why', async ({ edit }) => {
  const { root } = await settled();
  const before = await pg.sql('SELECT * FROM lattice_ai_budgets ORDER BY uid');
  await pg.sql(`UPDATE lattice_ai_budgets SET ${edit} WHERE uid = $1`, [root.uid]);
  expect(await drift('Budget')).toEqual([`${root.uid} false`]);
  const steps = rowSteps(tables.Budget, await rowObserver(db, tables.Budget)(root.uid));
  expect(steps).toMatchObject([{ do: 'upsertRow', found: 'changed', columns: [edit.split(' ')[0]] }]);
  expect(await bringAbout(root)).toEqual(['changed']);
  expect(await drift('Budget')).toEqual([]);
  expect(await pg.sql('SELECT * FROM lattice_ai_budgets ORDER BY uid')).toEqual(before);
});

test('a missing row is drift, and is written again', async () => {
  const { agent } = await settled();
  await pg.sql('DELETE FROM lattice_agents');
  expect(await drift('Agent')).toEqual([`${agent.uid} false`]);
  expect(await bringAbout(agent)).toEqual(['missing']);
  expect(await drift('Agent')).toEqual([]);
});

test('a row without an object is unmanaged, is removed once, and is handed back whole', async () => {
  await settled();
  const ghost = randomUUID();
  await pg.sql(`INSERT INTO lattice_orgs VALUES ($1, 'ghost', 'Ghost', 'lattice-org-ghost', 1)`, [ghost]);
  expect(await drift('Org')).toEqual([`${ghost} true`]);
  const remove = () => db.transaction((tx) => removeUnmanagedRow(tx, tables.Org, ghost));
  expect(await remove()).toMatchObject({ uid: ghost, name: 'ghost', display_name: 'Ghost' });
  expect(await remove()).toBeUndefined();
  expect(await drift('Org')).toEqual([]);
});

test('a row that has an object is not removed as unmanaged', async () => {
  const { org } = await settled();
  expect(await db.transaction((tx) => removeUnmanagedRow(tx, tables.Org, org.uid))).toBeUndefined();
  expect(await pg.sql('SELECT uid FROM lattice_orgs')).toEqual([{ uid: org.uid }]);
});

test('a row whose budget was created again refers to the new one', async () => {
  const { team, agent } = await settled();
  await pg.sql('DELETE FROM objects WHERE uid = $1', [team.uid]);
  const again = await declare('Budget', 'team');
  expect(await drift('Agent')).toEqual([`${agent.uid} false`]);
  await bringAbout(agent);
  expect(await pg.sql('SELECT budget_uid FROM lattice_agents')).toEqual([{ budget_uid: again.uid }]);
});

test('the runtime reads the governance tables and writes none', async () => {
  await settled();
  const runtime = pg.open('runtime');
  for (const { name } of Object.values(tables)) {
    expect(await runtime.run(`SELECT * FROM ${name}`)).toBeGreaterThan(0);
    await expect(runtime.run(`DELETE FROM ${name}`)).rejects.toMatchObject({ code: '42501' });
  }
});
