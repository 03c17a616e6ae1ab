// Passes against a real Postgres and a Temporal that is plain data, so that it can fail and be looked at in the middle.

import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { linkWaiter } from '../../audit/linked.ts';
import { readLinks } from '../../audit/read.ts';
import { type Sealer, startSealer } from '../../audit/sealer.ts';
import { verifyChain } from '../../audit/verify.ts';
import type { Log } from '../../config/log.ts';
import { conditionOf } from '../../crds/api.ts';
import { auditEventSchema } from '../../crds/audit.ts';
import { budget } from '../../crds/budget.ts';
import { validateManifest } from '../../crds/validate.ts';
import type { Database } from '../../store/database.ts';
import { type Listener, listen } from '../../store/listen.ts';
import { insertObject, markDeleted } from '../../store/object-writes.ts';
import { objectByUid, objectLoader, type StoredObject } from '../../store/objects.ts';
import { startTestDatabase, type TestDatabase } from '../../store/testing/database.ts';
import { LEASE_MS, LostLeaseError, requestWork, takeWork } from '../../store/work.ts';
import { nothingAllowed } from '../admission/settings.ts';
import { BackendError } from '../backends/errors.ts';
import type { NamespaceState, TemporalBackend } from '../backends/temporal.ts';
import type { ControllerContext } from '../context.ts';
import { createMetrics } from '../metrics.ts';
import { policyJudge } from '../policy/judge.ts';
import { policyLibrary } from '../policy/library.ts';
import { agentReconciler } from './agent.ts';
import { orgReconciler } from './org.ts';
import { reconcileOnce } from './pass.ts';
import type { TemporalStep } from './reconciler.ts';
import { type PassReport, recorder } from './record.ts';
import { rowReconciler } from './row.ts';

let pg: TestDatabase;
let db: Database;
let sealer: Sealer;
let listener: Listener;
let context: ControllerContext;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
  sealer = startSealer({ db, holder: 'test' });
  const channels = { audit_event: sealer.wake, audit_linked: () => context?.links.wake() };
  listener = listen({ url: pg.urls.controller, applicationName: 'pass-test', channels });
});

afterAll(async () => {
  await listener.stop();
  await sealer.stop();
  await pg.stop();
});

const namespaces = new Map<string, NamespaceState>();
/** Runs instead of the effect, as often as it is set. */
let instead: ((step: TemporalStep) => Promise<void>) | undefined;

const temporal: TemporalBackend = {
  namespaceState: async (namespace) => namespaces.get(namespace) ?? 'absent',
  observeWorkflow: async () => ({ state: 'no-namespace' }),
  listWorkflows: async function* () {},
  perform: async (step) => {
    await instead?.(step);
    if (step.do === 'registerNamespace') namespaces.set(step.namespace, 'pending');
    if (step.do === 'deleteNamespace') namespaces.delete(step.namespace);
  },
  ping: async () => {},
  close: async () => {},
};

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };

beforeEach(async () => {
  await pg.sql('TRUNCATE objects, object_references, work, lattice_orgs, lattice_ai_budgets, lattice_agents');
  namespaces.clear();
  instead = undefined;
  const intents = new Map<string, string>();
  context = {
    db,
    objects: objectLoader(db),
    record: recorder({ db, intents }),
    temporal,
    policies: policyJudge(policyLibrary(db)),
    admission: nothingAllowed,
    log: silent,
    metrics: createMetrics(db),
    links: linkWaiter(db),
    reconcilers: [
      orgReconciler(db, temporal),
      rowReconciler(db, budget, { name: 'lattice_ai_budgets', desired: 'desired_ai_budgets' }, ''),
      agentReconciler(db, temporal),
    ],
    intents,
    holder: 'test',
  };
});

async function declare(kind: string, name: string, spec: object = {}): Promise<StoredObject> {
  const metadata = kind === 'Org' ? { name } : { org: 'acme', name };
  const { manifest, findings } = validateManifest({ kind, metadata, spec });
  if (manifest === undefined) throw new Error(JSON.stringify(findings));
  const owner = { manager: 'api', instance: 'me', ref: '' } as const;
  return await db.transaction(async (tx) => {
    const object = await insertObject(tx, { manifest, owner, idempotencyKey: undefined });
    if (object === undefined) throw new Error(`${name} exists`);
    await requestWork(tx, object.uid);
    return object;
  });
}

/** One pass over the object, whatever its backoff. */
async function pass(uid: string): Promise<PassReport> {
  await pg.sql('UPDATE work SET due_at = now() WHERE object_uid = $1', [uid]);
  const item = (await takeWork(db, 'test', 10)).find((taken) => taken.uid === uid);
  await pg.sql('UPDATE work SET lease_until = NULL WHERE object_uid <> $1', [uid]);
  if (item === undefined) throw new Error(`${uid} was not due`);
  return await reconcileOnce(context, item, AbortSignal.timeout(30_000));
}

async function told(uid: string): Promise<string[]> {
  const rows = await pg.sql(`SELECT convert_from(bytes, 'UTF8') AS text FROM audit_event ORDER BY id`);
  return rows
    .map(({ text }) => auditEventSchema.parse(JSON.parse(String(text))))
    .filter((event) => event.uid === uid)
    .map((event) => `${event.action} ${event.phase} ${event.outcome}`);
}

const ready = async (uid: string) => {
  const object = await objectByUid(db, uid);
  const condition = object && conditionOf(object.status, 'Ready');
  return condition && `${condition.status} ${condition.reason}`;
};

test('an effect outside Postgres happens when its intent is linked, and not before', async () => {
  const org = await declare('Org', 'acme');
  const seen: unknown[] = [];
  instead = async () => {
    seen.push(
      ...(await pg.sql(
        'SELECT count(l.seq)::int AS linked, count(e.id)::int AS told FROM audit_event e LEFT JOIN audit_link l ON l.event_id = e.id WHERE position($1::bytea IN e.bytes) > 0',
        [Buffer.from(org.uid)],
      )),
    );
    seen.push(...(await pg.sql('SELECT uid FROM lattice_orgs')));
  };
  await pass(org.uid);
  expect(seen).toEqual([{ linked: 1, told: 1 }, { uid: org.uid }]);
  expect(await told(org.uid)).toEqual(['reconcile intent pending', 'reconcile outcome pending']);
  expect(await ready(org.uid)).toBe('False NamespacePending');
});

test('an effect whose intent is never linked never happens', async () => {
  const org = await declare('Org', 'acme');
  context = {
    ...context,
    links: { wake: () => {}, linked: async () => Promise.reject(new Error('never linked')) },
  };
  await expect(pass(org.uid)).rejects.toThrow('never linked');
  expect(namespaces.size).toBe(0);
});

test('an object settles, and a pass that finds nothing to do writes nothing but the end of the work', async () => {
  const org = await declare('Org', 'acme');
  await pass(org.uid);
  namespaces.set('lattice-org-acme', 'serving');
  expect((await pass(org.uid)).result).toMatchObject({ type: 'done', reason: 'Available' });
  expect(await ready(org.uid)).toBe('True Available');
  expect(await pg.sql('SELECT * FROM work')).toEqual([]);
  const everything = async () => [
    await pg.sql('SELECT xmin, * FROM objects'),
    await pg.sql('SELECT xmin, * FROM lattice_orgs'),
    await pg.sql('SELECT count(*) FROM audit_event'),
  ];
  const before = await everything();
  await db.transaction((tx) => requestWork(tx, org.uid));
  expect((await pass(org.uid)).idle).toBe(true);
  expect(await everything()).toEqual(before);
  expect(await pg.sql('SELECT * FROM work')).toEqual([]);
});

test('waiting again and again is told once', async () => {
  const org = await declare('Org', 'acme');
  await pass(org.uid);
  const before = await told(org.uid);
  for (let turn = 0; turn < 3; turn++) expect((await pass(org.uid)).idle).toBe(true);
  expect(await told(org.uid)).toEqual(before);
});

test('who loses the lease during an effect records nothing', async () => {
  const org = await declare('Org', 'acme');
  instead = async () => {
    await pg.sql(`UPDATE work SET fence = nextval('fences'), lease_owner = 'other' WHERE object_uid = $1`, [
      org.uid,
    ]);
  };
  await expect(pass(org.uid)).rejects.toThrow(LostLeaseError);
  expect(await told(org.uid)).toEqual(['reconcile intent pending']);
  expect((await objectByUid(db, org.uid))?.status.conditions).toEqual([]);
  expect(await pg.sql('SELECT lease_owner FROM work')).toEqual([{ lease_owner: 'other' }]);
});

test('a row that a change overtook is written, and told, under the generation that it holds', async () => {
  const root = await declare('Budget', 'root', { limitMicroUsd: 1 });
  const reconciler = rowReconciler(
    db,
    budget,
    { name: 'lattice_ai_budgets', desired: 'desired_ai_budgets' },
    '',
  );
  let change: (() => Promise<unknown>) | undefined = () =>
    pg.sql(`UPDATE objects SET generation = 2, spec = spec || '{"limitMicroUsd": 2}' WHERE uid = $1`, [
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
  context = { ...context, reconcilers: [overtaken] };
  expect((await pass(root.uid)).object).toMatchObject({ generation: 2 });
  expect(await pg.sql('SELECT generation::int, limit_micro_usd::int FROM lattice_ai_budgets')).toEqual([
    { generation: 2, limit_micro_usd: 2 },
  ]);
  const [event, ...more] = await pg.sql(
    `SELECT convert_from(bytes, 'UTF8')::jsonb -> 'generation' AS generation FROM audit_event
     WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'uid' = $1`,
    [root.uid],
  );
  expect([event, more]).toEqual([{ generation: 2 }, []]);
});

test('who slept past the lease while the intent was linked touches nothing outside', async () => {
  const org = await declare('Org', 'acme');
  const { links } = context;
  const clock = jest.spyOn(performance, 'now');
  context = {
    ...context,
    links: {
      ...links,
      linked: async (id, signal) => {
        await links.linked(id, signal);
        const woken = performance.now() + LEASE_MS;
        clock.mockReturnValue(woken);
      },
    },
  };
  await expect(pass(org.uid)).rejects.toThrow(LostLeaseError);
  clock.mockRestore();
  expect(namespaces.size).toBe(0);
  expect(await told(org.uid)).toEqual(['reconcile intent pending']);
});

test('a backend that fails is told, tried again with backoff, and takes no readiness away', async () => {
  const org = await declare('Org', 'acme');
  namespaces.set('lattice-org-acme', 'serving');
  await pass(org.uid);
  namespaces.delete('lattice-org-acme');
  await db.transaction((tx) => requestWork(tx, org.uid));
  instead = async () => Promise.reject(new BackendError('Temporal: no answer'));
  for (const attempts of [1, 2, 3]) {
    expect((await pass(org.uid)).result).toMatchObject({ type: 'retry', code: 'BackendUnavailable' });
    expect(await pg.sql('SELECT attempts, due_at > now() AS later, lease_owner FROM work')).toEqual([
      { attempts, later: true, lease_owner: null },
    ]);
  }
  expect(await ready(org.uid)).toBe('True Available');
  expect(await told(org.uid)).toEqual([
    'reconcile outcome ok',
    'repair intent pending',
    'repair outcome failed',
  ]);
  instead = undefined;
  await pass(org.uid);
  expect(namespaces.get('lattice-org-acme')).toBe('pending');
});

test('a deletion waits for what depends on it and names it, then takes everything along and ends the chain', async () => {
  const org = await declare('Org', 'acme');
  const root = await declare('Budget', 'root');
  namespaces.set('lattice-org-acme', 'serving');
  await pass(org.uid);
  await pass(root.uid);
  for (const { uid } of [org, root])
    await db.transaction(async (tx) => {
      await markDeleted(tx, uid);
      await requestWork(tx, uid);
    });
  expect((await pass(org.uid)).result).toMatchObject({
    code: 'DependentsExist',
    message: expect.stringContaining('budget acme/root'),
  });
  expect(namespaces.size).toBe(1);
  await pass(root.uid);
  // The last dependent that goes wakes the org.
  const [woken] = await pg.sql('SELECT due_at <= now() AS due FROM work WHERE object_uid = $1', [org.uid]);
  expect(woken).toEqual({ due: true });
  expect((await pass(org.uid)).result).toMatchObject({ type: 'done', reason: 'Deleted' });
  expect(namespaces.size).toBe(0);
  for (const table of ['objects', 'object_references', 'work', 'lattice_orgs', 'lattice_ai_budgets'])
    expect(await pg.sql(`SELECT * FROM ${table}`)).toEqual([]);
  expect((await told(org.uid)).at(-1)).toBe('tombstone outcome ok');
  const [last] = await pg.sql(
    'SELECT id::int AS id FROM audit_event WHERE chain = $1 ORDER BY id DESC LIMIT 1',
    [org.uid],
  );
  await context.links.linked(Number(last?.id), AbortSignal.timeout(30_000));
  const links = await readLinks(db, org.uid, 0, 100);
  expect(await verifyChain(org.uid, links)).toMatchObject({ org: 'acme', breaks: [] });
  expect(links.at(-1)?.event).toContain('"action":"tombstone"');
});

/** Passes over all that is due, at the same moment. */
async function passTogether(): Promise<PromiseSettledResult<PassReport>[]> {
  const items = await takeWork(db, 'test', 100);
  return await Promise.allSettled(
    items.map((item) => reconcileOnce(context, item, AbortSignal.timeout(30_000))),
  );
}

test('passes that end at the same moment share one transaction, each with its own event', async () => {
  const budgets = [];
  for (const name of ['a', 'b', 'c']) budgets.push(await declare('Budget', name));
  const results = await passTogether();
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  const [written] = await pg.sql(
    'SELECT count(*)::int AS rows, count(DISTINCT xmin::text)::int AS transactions FROM objects',
  );
  expect(written).toEqual({ rows: 3, transactions: 1 });
  for (const { uid } of budgets) {
    expect(await ready(uid)).toBe('True Available');
    expect(await told(uid)).toEqual(['reconcile outcome ok']);
  }
  expect(await pg.sql('SELECT name FROM lattice_ai_budgets ORDER BY name')).toEqual([
    { name: 'a' },
    { name: 'b' },
    { name: 'c' },
  ]);
  expect(await pg.sql('SELECT * FROM work')).toEqual([]);
});

test('of passes that end together, one that cannot be recorded leaves the others theirs', async () => {
  for (const name of ['a', 'b', 'c']) await declare('Budget', name);
  await pg.sql(`ALTER TABLE lattice_ai_budgets ADD CONSTRAINT no_b CHECK (name <> 'b')`);
  const results = await passTogether();
  await pg.sql('ALTER TABLE lattice_ai_budgets DROP CONSTRAINT no_b');
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(await pg.sql('SELECT name FROM lattice_ai_budgets ORDER BY name')).toEqual([
    { name: 'a' },
    { name: 'c' },
  ]);
  expect(await pg.sql('SELECT count(*)::int AS n FROM work')).toEqual([{ n: 1 }]);
});

test('of passes that end together, one that lost its lease leaves the others theirs', async () => {
  const [lost] = [await declare('Budget', 'a'), await declare('Budget', 'b')];
  const items = await takeWork(db, 'test', 100);
  await pg.sql(`UPDATE work SET fence = nextval('fences'), lease_owner = 'other' WHERE object_uid = $1`, [
    lost.uid,
  ]);
  const results = await Promise.allSettled(
    items.map((item) => reconcileOnce(context, item, AbortSignal.timeout(30_000))),
  );
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  expect(failed).toEqual([expect.any(LostLeaseError)]);
  expect(await pg.sql('SELECT name FROM lattice_ai_budgets')).toEqual([{ name: 'b' }]);
  expect(await told(lost.uid)).toEqual([]);
  expect(await pg.sql('SELECT lease_owner FROM work')).toEqual([{ lease_owner: 'other' }]);
});

test('objects that depend on each other and go at the same moment go in their order', async () => {
  await declare('Org', 'acme');
  const root = await declare('Budget', 'root');
  const child = await declare('Budget', 'child', { parent: 'root' });
  await pg.sql(`DELETE FROM work WHERE object_uid NOT IN ($1, $2)`, [root.uid, child.uid]);
  await passTogether();
  for (const { uid } of [root, child])
    await db.transaction(async (tx) => {
      await markDeleted(tx, uid);
      await requestWork(tx, uid);
    });
  await passTogether();
  expect(await pg.sql(`SELECT name FROM objects WHERE kind = 'Budget'`)).toEqual([{ name: 'root' }]);
  await passTogether();
  expect(await pg.sql(`SELECT name FROM objects WHERE kind = 'Budget'`)).toEqual([]);
  expect(await pg.sql('SELECT * FROM lattice_ai_budgets')).toEqual([]);
});

test('work for an object that is gone is ended', async () => {
  const budget = await declare('Budget', 'root');
  await pg.sql('DELETE FROM objects');
  expect(await pass(budget.uid)).toMatchObject({ object: undefined, idle: true });
  expect(await pg.sql('SELECT * FROM work')).toEqual([]);
});
