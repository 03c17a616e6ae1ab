import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Owner, objectSchema, type Status } from '../crds/api.ts';
import { matches, parseSelector } from '../crds/selector.ts';
import { type ValidManifest, validateManifest } from '../crds/validate.ts';
import type { Database } from './database.ts';
import { dependentsOf, type ListPredicate, listObjects } from './object-lists.ts';
import {
  insertObject,
  markDeleted,
  removeObjects,
  replaceDeclared,
  replaceOwner,
  writeStatuses,
} from './object-writes.ts';
import { findObject, objectByUid, type StoredObject, toApiObject } from './objects.ts';
import { startTestDatabase, type TestDatabase } from './testing/database.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});

afterAll(() => pg.stop());

beforeEach(() => pg.sql('TRUNCATE objects, object_references'));

const owner: Owner = { manager: 'git', instance: 'main', ref: 'agents/triage.yaml' };
const model = { provider: 'ollama', name: 'smollm2' };

function manifest(
  kind: string,
  org: string,
  name: string,
  spec: object = {},
  metadata: object = {},
): ValidManifest {
  const names = kind === 'Org' ? { name } : { org, name };
  const valid = validateManifest({ kind, metadata: { ...names, ...metadata }, spec });
  if (valid.manifest === undefined) throw new Error(JSON.stringify(valid.findings));
  return valid.manifest;
}

const insert = (valid: ValidManifest, idempotencyKey?: string) =>
  db.transaction((tx) => insertObject(tx, { manifest: valid, owner, idempotencyKey }));

async function stored(kind: string, org: string, name: string, spec: object = {}): Promise<StoredObject> {
  const object = await insert(manifest(kind, org, name, spec));
  if (object === undefined) throw new Error(`${kind} ${org}/${name} exists`);
  return object;
}

const budget = (name: string, spec: object = {}) => stored('Budget', 'acme', name, spec);
const replace = (object: StoredObject, valid: ValidManifest, specChanged: boolean) =>
  db.transaction((tx) => replaceDeclared(tx, object, valid, specChanged));

test('an object is read as it was written, with generation 1 and an empty status', async () => {
  const valid = manifest(
    'Agent',
    'acme',
    'triage',
    { model, budget: 'root' },
    { labels: { team: 'a' }, annotations: { note: 'ü\u{1f600}' } },
  );
  const written = await insert(valid, 'key-1');
  expect(written).toMatchObject({
    ...valid,
    owner,
    generation: 1,
    idempotencyKey: 'key-1',
    deletionTimestamp: null,
  });
  expect(written?.status).toEqual({ observedGeneration: 0, conditions: [], externalIds: {} });
  expect(await findObject(db, { kind: 'Agent', org: 'acme', name: 'triage' })).toEqual(written);
  expect(await objectByUid(db, written?.uid ?? '')).toEqual(written);
  if (written) expect(objectSchema.parse(toApiObject(written)).metadata.org).toBe('acme');
});

test('an Org reaches the API without an org', async () => {
  const api = toApiObject(await stored('Org', 'acme', 'acme'));
  expect(objectSchema.parse(api).metadata).toMatchObject({ name: 'acme' });
  expect(Object.keys(api.metadata)).not.toContain('org');
});

test('of creates with one key at once a single one wins, and the others change nothing', async () => {
  const valid = manifest('Budget', 'acme', 'root', { limitTokens: 1 });
  const results = await Promise.all(Array.from({ length: 8 }, () => insert(valid)));
  const winners = results.filter((object) => object !== undefined);
  expect(winners).toHaveLength(1);
  expect(await objectByUid(db, winners[0]?.uid ?? '')).toEqual(winners[0]);
});

test('deleting and creating again gives another uid', async () => {
  const first = await budget('root');
  await db.transaction((tx) => removeObjects(tx, [first.uid]));
  const second = await budget('root');
  expect(second.uid).not.toBe(first.uid);
  expect(second.generation).toBe(1);
  expect(await objectByUid(db, first.uid)).toBeUndefined();
});

test('the resourceVersion moves with every declared write, the generation with the spec alone', async () => {
  const first = await budget('root', { limitTokens: 1 });
  const relabelled = await replace(
    first,
    manifest('Budget', 'acme', 'root', { limitTokens: 1 }, { labels: { a: 'b' } }),
    false,
  );
  const changed = await replace(relabelled, manifest('Budget', 'acme', 'root', { limitTokens: 2 }), true);
  const adopted = await db.transaction((tx) =>
    replaceOwner(tx, first.uid, { manager: 'api', instance: 'me', ref: '' }),
  );
  const deleted = await db.transaction((tx) => markDeleted(tx, first.uid));
  const history = [first, relabelled, changed, adopted, deleted];
  expect(history.map((object) => object?.generation)).toEqual([1, 1, 2, 2, 2]);
  const versions = history.map((object) => Number(object?.resourceVersion));
  expect(versions).toEqual([...new Set(versions)].toSorted((left, right) => left - right));
  expect(adopted?.owner).toEqual({ manager: 'api', instance: 'me', ref: '' });
  expect(deleted?.deletionTimestamp?.getTime()).toBeGreaterThanOrEqual(first.createdAt.getTime());
});

test('a status moves neither version, generation nor anything else that is declared', async () => {
  const before = await budget('root', { limitTokens: 1 });
  const status: Status = {
    observedGeneration: 1,
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Available',
        message: '',
        observedGeneration: 1,
        lastTransitionTime: 't',
      },
    ],
    externalIds: { a: 'b' },
  };
  await db.transaction((tx) => writeStatuses(tx, new Map([[before.uid, status]])));
  expect(await objectByUid(db, before.uid)).toEqual({ ...before, status });
});

test('the time of a deletion stays the first', async () => {
  const { uid } = await budget('root');
  const first = await db.transaction((tx) => markDeleted(tx, uid));
  const second = await db.transaction((tx) => markDeleted(tx, uid));
  expect(second?.deletionTimestamp).toEqual(first?.deletionTimestamp);
});

test.each(['generation', 'resource_version'])(
  'a %s beyond 2^53-1 is refused by name, not rounded',
  async (column) => {
    const { uid } = await budget('root');
    await pg.sql(`UPDATE objects SET ${column} = 9007199254740993`);
    await expect(objectByUid(db, uid)).rejects.toThrow('9007199254740993 is beyond 2^53-1');
  },
);

test('the largest integer of a spec comes back exactly', async () => {
  const { uid } = await budget('root', { limitMicroUsd: 9007199254740991 });
  expect((await objectByUid(db, uid))?.spec.limitMicroUsd).toBe(9007199254740991);
});

const names = async (orgs: readonly string[] | 'all', predicate: Partial<ListPredicate> = {}) =>
  (await listObjects(db, { orgs }, { kind: 'Budget', limit: 100, ...predicate })).map(
    ({ org, name }) => `${org}/${name}`,
  );

test('a list holds what the subject may see, of one kind, in order', async () => {
  for (const org of ['b', 'a', 'c']) for (const name of ['y', 'x']) await stored('Budget', org, name);
  await stored('Agent', 'a', 'agent', { model });
  expect(await names('all')).toEqual(['a/x', 'a/y', 'b/x', 'b/y', 'c/x', 'c/y']);
  expect(await names(['a', 'c'])).toEqual(['a/x', 'a/y', 'c/x', 'c/y']);
  expect(await names(['a'], { org: 'a' })).toEqual(['a/x', 'a/y']);
  expect(await names(['a'], { org: 'b' })).toEqual([]);
  expect(await names([])).toEqual([]);
  expect(await names(['*'])).toEqual([]);
});

test.each([1, 2, 3, 7, 100])('pages of %i hold every object once, whatever its name', async (limit) => {
  const wanted = ['a', 'a-b', 'a0', 'ab', 'b', 'b-a', 'z9'].flatMap((org) =>
    ['1', 'a', 'a-1', 'a1', 'x'].map((name) => `${org}/${name}`),
  );
  for (const key of wanted) await stored('Budget', ...(key.split('/') as [string, string]));
  const all = await names('all');
  const paged: string[] = [];
  for (let page = await names('all', { limit }); page.length > 0; ) {
    paged.push(...page);
    const [org = '', name = ''] = page.at(-1)?.split('/') ?? [];
    page = await names('all', { limit, after: { org, name } });
  }
  expect(paged).toEqual(all);
  expect(paged.toSorted()).toEqual(wanted.toSorted());
});

test('a list by label selector holds what the selector matches, and nothing else', async () => {
  const key = fc.constantFrom('a', 'b', 'team.example/c');
  const value = fc.constantFrom('', 'x', 'y', 'z-1');
  const labels = fc.dictionary(key, value);
  const requirement = fc.oneof(
    fc
      .tuple(key, fc.constantFrom('in', 'notin'), fc.array(value, { minLength: 1, maxLength: 3 }))
      .map(([name, is, values]) => `${name} ${is} (${values.join(',')})`),
    key,
    key.map((name) => `!${name}`),
  );
  const cases = fc.tuple(
    fc.array(labels, { minLength: 3, maxLength: 6 }),
    fc.array(requirement, { maxLength: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ([sets, requirements]) => {
      await pg.sql('TRUNCATE objects, object_references');
      const wanted: string[] = [];
      const selector = parseSelector(requirements.join(','));
      for (const [index, set] of sets.entries()) {
        await stored('Budget', 'acme', `b${index}`);
        await pg.sql('UPDATE objects SET labels = $2 WHERE name = $1', [`b${index}`, set]);
        if (matches(selector, set)) wanted.push(`acme/b${index}`);
      }
      expect(await names('all', { selector })).toEqual(wanted);
    }),
    { numRuns: 60 },
  );
});

test('a list of names holds those that exist', async () => {
  for (const name of ['a', 'b', 'c']) await stored('Budget', 'acme', name);
  expect(await names('all', { names: ['c', 'a', 'nobody'] })).toEqual(['acme/a', 'acme/c']);
  expect(await names('all', { names: [] })).toEqual([]);
});

const dependents = async (kind: string, org: string, name: string) =>
  (await dependentsOf(db, { kind, org, name })).map((object) => `${object.kind.name}/${object.name}`);

test('the dependents of an object are those whose spec names it, in its org', async () => {
  await budget('root');
  const team = await budget('team', { parent: 'root' });
  await stored('Agent', 'acme', 'triage', { model, budget: 'root' });
  await stored('Budget', 'other', 'team', { parent: 'root' });
  expect(await dependents('Budget', 'acme', 'root')).toEqual(['Agent/triage', 'Budget/team']);
  await replace(team, manifest('Budget', 'acme', 'team', { parent: 'elsewhere' }), true);
  expect(await dependents('Budget', 'acme', 'root')).toEqual(['Agent/triage']);
  expect(await dependents('Budget', 'acme', 'elsewhere')).toEqual(['Budget/team']);
  await db.transaction((tx) => removeObjects(tx, [team.uid]));
  expect(await dependents('Budget', 'acme', 'elsewhere')).toEqual([]);
  expect(await pg.sql('SELECT 1 FROM object_references WHERE uid = $1', [team.uid])).toEqual([]);
});

test('the dependents of an org are all that lives in it, and not the org itself', async () => {
  await stored('Org', 'acme', 'acme');
  await stored('Org', 'other', 'other');
  await budget('root');
  await stored('Budget', 'other', 'root');
  expect(await dependents('Org', 'acme', 'acme')).toEqual(['Budget/root']);
});

test('references are rewritten whole: none of the old ones stays', async () => {
  const agent = await stored('Agent', 'acme', 'triage', { model, budget: 'root' });
  await replace(agent, manifest('Agent', 'acme', 'triage', { model }), true);
  expect(await pg.sql('SELECT * FROM object_references')).toEqual([]);
});

test('an object that others look at under a shared lock cannot change before they are done', async () => {
  const object = await budget('root', { limitTokens: 1 });
  const key = { kind: 'Budget', org: 'acme', name: 'root' };
  await db.transaction(async (tx) => {
    await findObject(tx, key, 'share');
    await db.transaction((second) => findObject(second, key, 'share'));
    const changing = db.transaction(async (second) => {
      await second.run(`SET LOCAL lock_timeout = '50ms'`);
      await replaceDeclared(second, object, manifest('Budget', 'acme', 'root', { limitTokens: 2 }), true);
    });
    await expect(changing).rejects.toMatchObject({ code: '55P03' });
  });
  expect((await objectByUid(db, object.uid))?.spec.limitTokens).toBe(1);
});

test('what is rolled back leaves neither object nor references', async () => {
  const failing = db.transaction(async (tx) => {
    await insertObject(tx, {
      manifest: manifest('Budget', 'acme', 'team', { parent: 'root' }),
      owner,
      idempotencyKey: undefined,
    });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await names('all')).toEqual([]);
  expect(await pg.sql('SELECT * FROM object_references')).toEqual([]);
});

test('the runtime role can neither read nor write objects', async () => {
  await budget('root');
  const runtime = pg.open('runtime');
  await expect(objectByUid(runtime, randomUUID())).rejects.toMatchObject({ code: '42501' });
  await expect(runtime.run('DELETE FROM work')).rejects.toMatchObject({ code: '42501' });
});
