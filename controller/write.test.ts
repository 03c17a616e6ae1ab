// Writes of what is declared, alone and at once, on a real Postgres.

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Owner } from '../crds/api.ts';
import { type AuditEvent, auditEventSchema, SYSTEM_CHAIN } from '../crds/audit.ts';
import { LatticeError } from '../crds/findings.ts';
import type { Database } from '../store/database.ts';
import { removeObjects } from '../store/object-writes.ts';
import { findObject, type StoredObject } from '../store/objects.ts';
import { startTestDatabase, type TestDatabase } from '../store/testing/database.ts';
import { type Caller, verbs } from './admission/caller.ts';
import { policyJudge } from './policy/judge.ts';
import { policyLibrary } from './policy/library.ts';
import { adoptObject, createObject, deleteObject, updateObject, type Writing } from './write.ts';

let pg: TestDatabase;
let db: Database;
let at: Writing;
/** Id of the last event before the test. */
let mark: number;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
  at = { db, policies: policyJudge(policyLibrary(db)) };
});

afterAll(async () => {
  await at.policies.close();
  await pg.stop();
});

beforeEach(async () => {
  await pg.sql('TRUNCATE objects, object_references, work');
  await createObject(at, caller(), { kind: 'Org', metadata: { name: 'acme' } });
  await pg.sql('TRUNCATE work');
  mark = Number((await pg.sql('SELECT max(id)::int AS id FROM audit_event'))[0]?.id);
});

const git: Owner = { manager: 'git', instance: 'main', ref: '' };
const caller = (change: Partial<Caller> = {}): Caller => ({
  name: 'ci',
  orgs: 'all',
  verbs,
  owner: git,
  ...change,
});
const budget = (name: string, spec: object = {}) => ({
  kind: 'Budget',
  metadata: { org: 'acme', name },
  spec,
});
const key = (name: string) => ({ kind: 'Budget', org: 'acme', name });
const create = async (name: string, spec: object = {}): Promise<StoredObject> =>
  (await createObject(at, caller(), budget(name, spec))).object;

interface Told extends Pick<AuditEvent, 'action' | 'outcome' | 'reason' | 'changed' | 'actor' | 'name'> {
  readonly chain: unknown;
}

async function told(): Promise<Told[]> {
  const rows = await pg.sql(
    `SELECT chain, convert_from(bytes, 'UTF8') AS text FROM audit_event WHERE id > $1 ORDER BY id`,
    [mark],
  );
  return rows.map(({ chain, text }) => ({ ...auditEventSchema.parse(JSON.parse(String(text))), chain }));
}

const due = async () =>
  (await pg.sql('SELECT object_uid FROM work ORDER BY 1')).map(({ object_uid: uid }) => uid);

/** Code of the refusal; fails the test when there is none. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LatticeError)) throw error ?? new Error('it was accepted');
  return error.code;
}

test('a create leaves the object, its event in the chain of its org, and its work', async () => {
  const org = await findObject(db, { kind: 'Org', org: 'acme', name: 'acme' });
  const { uid } = await create('root', { limitTokens: 5 });
  expect((await findObject(db, key('root')))?.spec.limitTokens).toBe(5);
  expect(await told()).toMatchObject([
    {
      chain: org?.uid,
      action: 'create',
      outcome: 'ok',
      actor: { type: 'token', id: 'ci' },
      changed: ['/metadata', '/spec'],
    },
  ]);
  expect(await due()).toEqual([uid]);
});

test('the life of an org is told by the system chain', async () => {
  await createObject(at, caller(), { kind: 'Org', metadata: { name: 'globex' } });
  expect(await told()).toMatchObject([{ chain: SYSTEM_CHAIN, action: 'create', name: 'globex' }]);
});

test('the same create sent many times at once happens once, and every sender is told so', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => createObject(at, caller(), budget('root'), 'key-1')),
  );
  expect(new Set(answers.map(({ object }) => object.uid)).size).toBe(1);
  expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
  expect(await told()).toHaveLength(1);
});

test('a create that comes after the object was created by it and deleted does not bring it back', async () => {
  const { object } = await createObject(at, caller(), budget('gone'), 'key-1');
  await deleteObject(at, caller(), key('gone'));
  await db.transaction((tx) => removeObjects(tx, [object.uid]));
  expect(await refusal(createObject(at, caller(), budget('gone'), 'key-1'))).toBe('IdempotencyKeySpent');
  expect(await findObject(db, key('gone'))).toBeUndefined();
  // Who means it again says so with a key of its own, or with none.
  expect((await createObject(at, caller(), budget('gone'), 'key-2')).repeated).toBe(false);
  expect((await createObject(at, caller(), budget('other'), 'key-1')).repeated).toBe(false);
});

test('a create whose answer was lost is answered again, and happens once', async () => {
  const first = await createObject(at, caller(), budget('root'), 'key-1');
  const second = await createObject(at, caller(), budget('root'), 'key-1');
  expect([first.repeated, second.repeated]).toEqual([false, true]);
  expect(second.object).toEqual(first.object);
  expect(await told()).toHaveLength(1);
  expect(await refusal(createObject(at, caller(), budget('root'), 'key-2'))).toBe('AlreadyExists');
  expect(await refusal(createObject(at, caller(), budget('root')))).toBe('AlreadyExists');
});

test('of creates at once a single one wins, the others are told who did', async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => create('root')));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'AlreadyExists' });
  expect(await told()).toHaveLength(1);
  expect(await due()).toHaveLength(1);
});

test('of updates at once from one reading a single one wins, and the others are stale', async () => {
  const { resourceVersion } = await create('root');
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_each, limitTokens) =>
      updateObject(at, caller(), key('root'), budget('root', { limitTokens }), resourceVersion),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'StaleResourceVersion' });
  expect((await findObject(db, key('root')))?.generation).toBe(2);
});

test('an update that changes nothing leaves no event, no work and the same version', async () => {
  const before = await create('root', { limitTokens: 5 });
  await pg.sql('TRUNCATE work');
  const after = await updateObject(
    at,
    caller(),
    key('root'),
    budget('root', { limitTokens: 5 }),
    before.resourceVersion,
  );
  expect(after).toEqual(before);
  expect(await told()).toHaveLength(1);
  expect(await due()).toEqual([]);
});

test('a change of labels is told and is no work; one of the spec is both', async () => {
  const first = await create('root', { limitTokens: 5 });
  await pg.sql('TRUNCATE work');
  const labelled = {
    ...budget('root', { limitTokens: 5 }),
    metadata: { org: 'acme', name: 'root', labels: { a: 'b' } },
  };
  const second = await updateObject(at, caller(), key('root'), labelled, first.resourceVersion);
  expect(await due()).toEqual([]);
  await updateObject(
    at,
    caller(),
    key('root'),
    { ...labelled, spec: { limitTokens: 6 } },
    second.resourceVersion,
  );
  expect(await due()).toEqual([first.uid]);
  expect((await told()).map(({ changed }) => changed)).toEqual([
    ['/metadata', '/spec'],
    ['/metadata/labels/a'],
    ['/spec/limitTokens'],
  ]);
});

test('a change that is refused leaves nothing; a denial leaves its event alone', async () => {
  const before = await create('root', { limitTokens: 5 });
  const other = caller({ name: 'intruder', owner: { ...git, instance: 'fork' } });
  const change = budget('root', { limitTokens: 6 });
  expect(
    await refusal(
      updateObject(at, caller(), key('root'), budget('root', { parent: 'nowhere' }), before.resourceVersion),
    ),
  ).toBe('ReferenceNotFound');
  expect(await told()).toHaveLength(1);
  expect(await refusal(updateObject(at, other, key('root'), change, before.resourceVersion))).toBe(
    'OwnedByAnother',
  );
  expect(await refusal(deleteObject(at, caller({ name: 'reader', verbs: ['get'] }), key('root')))).toBe(
    'Forbidden',
  );
  expect((await told()).slice(1)).toMatchObject([
    { action: 'deny', outcome: 'denied', reason: 'OwnedByAnother', actor: { id: 'intruder' }, name: 'root' },
    { action: 'deny', outcome: 'denied', reason: 'Forbidden', actor: { id: 'reader' }, name: 'root' },
  ]);
  expect(await findObject(db, key('root'))).toEqual(before);
});

test('two writes that are each right alone cannot be wrong together', async () => {
  for (let round = 0; round < 10; round++) {
    const root = await create(`root-${round}`, { limitTokens: 100 });
    const results = await Promise.allSettled([
      updateObject(
        at,
        caller(),
        key(root.name),
        budget(root.name, { limitTokens: 10 }),
        root.resourceVersion,
      ),
      create(`team-${round}`, { parent: root.name, limitTokens: 50 }),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  }
});

test('a budget cannot be created below one that is deleted at the same time', async () => {
  for (let round = 0; round < 10; round++) {
    const root = await create(`root-${round}`);
    const [deleted, created] = await Promise.allSettled([
      deleteObject(at, caller(), key(root.name)),
      create(`team-${round}`, { parent: root.name }),
    ]);
    expect(deleted.status).toBe('fulfilled');
    // Either it came first, and the deletion waits for it, or it is refused.
    if (created.status === 'rejected') expect(created.reason).toMatchObject({ code: 'ReferenceNotFound' });
    else
      expect(Number(created.value.resourceVersion)).toBeLessThan(
        Number((await findObject(db, key(root.name)))?.resourceVersion),
      );
  }
});

test("two budgets that become each other's parent at once do not make a cycle", async () => {
  for (let round = 0; round < 10; round++) {
    const [a, b] = [await create(`a-${round}`), await create(`b-${round}`)];
    const under = (child: StoredObject, parent: StoredObject) =>
      updateObject(
        at,
        caller(),
        key(child.name),
        budget(child.name, { parent: parent.name }),
        child.resourceVersion,
      );
    const results = await Promise.allSettled([under(a, b), under(b, a)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  }
});

test('an adoption transfers the owner, and is told with both', async () => {
  await create('root');
  const terraform: Owner = { manager: 'terraform', instance: 'prod', ref: '' };
  expect((await adoptObject(db, caller({ owner: terraform }), key('root'))).owner).toEqual(terraform);
  expect((await told()).at(-1)).toMatchObject({ action: 'adopt', changed: ['/metadata/owner'] });
  expect(await refusal(deleteObject(at, caller(), key('root')))).toBe('OwnedByAnother');
});

test('a deletion marks the object and makes it due; a second one changes nothing', async () => {
  const { uid } = await create('root');
  const first = await deleteObject(at, caller(), key('root'));
  expect(first.deletionTimestamp?.getTime()).toBeGreaterThan(0);
  expect(await deleteObject(at, caller(), key('root'))).toEqual(first);
  expect((await told()).map(({ action }) => action)).toEqual(['create', 'delete']);
  expect(await due()).toEqual([uid]);
  expect(await refusal(deleteObject(at, caller(), key('nothing')))).toBe('NotFound');
});
