import { expect, test } from '@jest/globals';
import { overlayOn } from './overlay.ts';
import type { SeenObject, World } from './world.ts';

const seen = (kind: string, name: string, spec: Record<string, unknown> = {}, org = 'acme'): SeenObject => ({
  kind,
  org,
  name,
  labels: {},
  spec,
  deleting: false,
});
const rootKey = { kind: 'Budget', org: 'acme', name: 'root' };
const orgKey = { kind: 'Org', org: 'acme', name: 'acme' };

const root = seen('Budget', 'root');
const team = seen('Budget', 'team', { parent: 'root' });
const triage = seen('Agent', 'triage', { budget: 'root' });

/** A store that holds a root budget with a team and an agent below it. */
const base: World = {
  find: async ({ kind, org, name }) =>
    [root, team, triage].find((object) => object.kind === kind && object.org === org && object.name === name),
  claim: (key) => base.find(key),
  dependents: async ({ kind, name }) =>
    kind === 'Org' ? [root, team, triage] : name === 'root' ? [team, triage] : [],
  list: async (kind, org) =>
    [root, team, triage].filter((object) => object.kind === kind && object.org === org),
};

const names = (objects: SeenObject[]): string[] => objects.map(({ name }) => name).sort();

test('without a plan the store is seen as it is', async () => {
  const world = overlayOn(base);
  expect(await world.find(rootKey)).toBe(root);
  expect(names(await world.dependents(rootKey))).toEqual(['team', 'triage']);
  expect(names(await world.dependents(orgKey))).toEqual(['root', 'team', 'triage']);
});

test('what is planned is seen before what is stored', async () => {
  const world = overlayOn(base);
  const planned = seen('Budget', 'root', { limitTokens: 5 });
  world.put(planned);
  expect(await world.find(rootKey)).toBe(planned);
  world.put({ ...planned, spec: { limitTokens: 6 } });
  expect((await world.find(rootKey))?.spec).toEqual({ limitTokens: 6 });
});

test('what is planned to go is not seen, and comes back when it is planned again', async () => {
  const world = overlayOn(base);
  world.remove(rootKey);
  expect(await world.find(rootKey)).toBeUndefined();
  world.put(root);
  expect(await world.find(rootKey)).toBe(root);
});

test('the store below is left alone', async () => {
  const world = overlayOn(base);
  world.remove(rootKey);
  expect(await base.find(rootKey)).toBe(root);
  expect(await overlayOn(base).find(rootKey)).toBe(root);
});

test.each([
  {
    why: 'a new dependent',
    put: [seen('Budget', 'ops', { parent: 'root' })],
    dependents: ['ops', 'team', 'triage'],
  },
  {
    why: 'a dependent that refers elsewhere',
    put: [seen('Budget', 'team', { parent: 'other' })],
    dependents: ['triage'],
  },
  {
    why: 'a dependent that stays one is there once',
    put: [seen('Budget', 'team', { parent: 'root', limitTokens: 1 })],
    dependents: ['team', 'triage'],
  },
  {
    why: 'a namesake in another org',
    put: [seen('Budget', 'ops', { parent: 'root' }, 'globex')],
    dependents: ['team', 'triage'],
  },
  {
    why: 'a reference to another kind of the same name',
    put: [seen('Agent', 'other', { budget: 'root2' })],
    dependents: ['team', 'triage'],
  },
  { why: 'an unknown kind', put: [seen('Pod', 'pod', { budget: 'root' })], dependents: ['team', 'triage'] },
])('dependents are those of the plan and of the store together: $why', async ({ put, dependents }) => {
  const world = overlayOn(base);
  for (const object of put) world.put(object);
  expect(names(await world.dependents(rootKey))).toEqual(dependents);
});

test('a dependent that is planned to go is none', async () => {
  const world = overlayOn(base);
  world.remove({ kind: 'Agent', org: 'acme', name: 'triage' });
  expect(names(await world.dependents(rootKey))).toEqual(['team']);
  expect(names(await world.dependents(orgKey))).toEqual(['root', 'team']);
});

test('what is planned in an org depends on the org', async () => {
  const world = overlayOn(base);
  world.put(seen('Budget', 'ops'));
  world.put(seen('Budget', 'foreign', {}, 'globex'));
  world.put(seen('Org', 'acme'));
  expect(names(await world.dependents(orgKey))).toEqual(['ops', 'root', 'team', 'triage']);
});

test('a list is the store with the plan laid over it, of one kind in one org', async () => {
  const world = overlayOn(base);
  world.put(seen('Budget', 'ops'));
  world.put(seen('Budget', 'foreign', {}, 'globex'));
  world.put({ ...team, labels: { planned: 'yes' } });
  world.remove(rootKey);
  const listed = await world.list('Budget', 'acme');
  expect(names(listed)).toEqual(['ops', 'team']);
  expect(listed.find(({ name }) => name === 'team')?.labels).toEqual({ planned: 'yes' });
});
