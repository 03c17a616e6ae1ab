import { expect, test } from '@jest/globals';
import type { Owner } from '../../crds/api.ts';
import { kindNamed } from '../../crds/kinds.ts';
import type { PlannedChange } from '../../crds/plan.ts';
import { validateManifest } from '../../crds/validate.ts';
import type { StoredObject } from '../../store/objects.ts';
import { type Admission, admit } from './admit.ts';
import { type Caller, forbidden, verbs } from './caller.ts';
import { type Overlay, overlayOn } from './overlay.ts';
import { seen } from './world.ts';

const owner = (manager: Owner['manager'], instance = 'main'): Owner => ({ manager, instance, ref: '' });
const caller = (change: Partial<Caller> = {}): Caller => ({
  name: 'ci',
  orgs: ['acme'],
  verbs,
  owner: owner('git'),
  ...change,
});
const model = { provider: 'ollama', name: 'smollm2' };

function stored(
  kindName: string,
  name: string,
  spec: object,
  change: Partial<StoredObject> = {},
): StoredObject {
  const metadata = kindName === 'Org' ? { name } : { org: 'acme', name };
  const { manifest, findings } = validateManifest({ kind: kindName, metadata, spec });
  const kind = kindNamed(kindName);
  if (manifest === undefined || kind === undefined) throw new Error(JSON.stringify(findings));
  return {
    uid: '0190a5d0-7b1e-7c3a-9f00-000000000001',
    kind,
    org: manifest.org,
    name,
    owner: owner('git'),
    labels: { team: 'a' },
    annotations: {},
    spec: manifest.spec,
    generation: 1,
    resourceVersion: '9',
    status: { observedGeneration: 0, conditions: [], externalIds: {} },
    idempotencyKey: null,
    createdAt: new Date(0),
    deletionTimestamp: null,
    ...change,
  };
}

/** Org acme with a budget and an agent on it; `change` is made to the agent. */
function world(change: Partial<StoredObject> = {}, org: Partial<StoredObject> = {}): Overlay {
  const overlay = overlayOn({
    find: async () => undefined,
    dependents: async () => [],
    list: async () => [],
    claim: async () => undefined,
  });
  overlay.put(seen(stored('Org', 'acme', {}, org)));
  overlay.put(seen(stored('Budget', 'root', { limitTokens: 10 })));
  overlay.put(seen(stored('Agent', 'triage', { model, budget: 'root' }, change)));
  return overlay;
}

const agent = (spec: object = {}, name = 'triage', labels: object = { team: 'a' }): PlannedChange => ({
  action: 'apply',
  manifest: {
    kind: 'Agent',
    metadata: { org: 'acme', name, labels },
    spec: { model, budget: 'root', ...spec },
  },
});
const codes = ({ findings }: Admission): string[] =>
  findings.map(({ code, pointer }) => `${code} ${pointer}`);

test.each([
  { why: 'a new object', change: agent({}, 'new'), action: 'create', changed: ['/metadata', '/spec'] },
  { why: 'the same again', change: agent(), action: 'none', changed: [] },
  {
    why: 'a default that is written out',
    change: agent({ tools: [], desiredState: 'running' }),
    action: 'none',
    changed: [],
  },
  {
    why: 'a field',
    change: agent({ desiredState: 'paused' }),
    action: 'update',
    changed: ['/spec/desiredState'],
  },
  {
    why: 'a field left out',
    change: agent({ budget: undefined }),
    action: 'update',
    changed: ['/spec/budget'],
  },
  {
    why: 'a label',
    change: agent({}, 'triage', { team: 'b' }),
    action: 'update',
    changed: ['/metadata/labels/team'],
  },
  {
    why: 'a value that is not known yet counts as changed',
    change: { ...agent(), unknown: ['/spec/instructions'] },
    action: 'update',
    changed: ['/spec/instructions'],
  },
])('admission says what a change would do: $why', async ({ change, action, changed }) => {
  const admission = await admit(world(), caller(), change);
  expect(admission).toMatchObject({ action, changed, findings: [] });
});

test.each([
  { why: 'another manager', by: owner('terraform', 'prod'), code: ['OwnedByAnother '] },
  { why: 'another instance of the same manager', by: owner('git', 'fork'), code: ['OwnedByAnother '] },
  { why: 'the owner, from another file', by: { ...owner('git'), ref: 'other.yaml' }, code: [] },
])('only its owner changes or deletes an object: $why', async ({ by, code }) => {
  const change = agent({ desiredState: 'paused' });
  expect(codes(await admit(world(), caller({ owner: by }), change))).toEqual(code);
  expect(codes(await admit(world(), caller({ owner: by }), { ...change, action: 'delete' }))).toEqual(code);
});

test('who changes nothing needs to own nothing', async () => {
  const admission = await admit(world(), caller({ owner: owner('terraform') }), agent());
  expect(admission).toMatchObject({ action: 'none', findings: [] });
});

test('a refusal names the owner and the command that takes the object over', async () => {
  const by = caller({ owner: owner('terraform', 'prod') });
  const [owned] = (await admit(world(), by, agent({ desiredState: 'paused' }))).findings;
  expect(owned?.message).toBe(
    'agent acme/triage is owned by git/main, not by terraform/prod. Change it there, or take it over: ' +
      'lattice adopt agent acme/triage --owner terraform/prod',
  );
  const [exists] = (await admit(world(), by, { ...agent(), action: 'create' })).findings;
  expect(exists).toMatchObject({ code: 'AlreadyExists' });
  expect(exists?.message).toContain('then terraform import lattice_agent.NAME acme/triage');
});

test.each([
  { why: 'an update', change: agent({ desiredState: 'paused' }), code: ['BeingDeleted '] },
  { why: 'a create', change: { ...agent(), action: 'create' } as PlannedChange, code: ['BeingDeleted '] },
  { why: 'deleting it again', change: { ...agent(), action: 'delete' } as PlannedChange, code: [] },
])('an object that is being deleted takes no change: $why', async ({ change, code }) => {
  expect(codes(await admit(world({ deletionTimestamp: new Date(1) }), caller(), change))).toEqual(code);
});

test.each([
  { why: 'without the verb', by: { verbs: ['get'] as const } },
  { why: 'in an org that it does not reach', by: { orgs: ['globex'] } },
])('who may not is told so and nothing else: $why', async ({ by }) => {
  const wrong = agent({ unknownField: 1 });
  for (const change of [
    agent({ desiredState: 'paused' }),
    wrong,
    { ...agent(), action: 'delete' } as PlannedChange,
  ])
    expect(codes(await admit(world(), caller(by), change))).toEqual(['Forbidden ']);
});

test.each([
  {
    why: 'a budget that does not exist',
    change: agent({ budget: 'nowhere' }),
    code: ['ReferenceNotFound /spec/budget'],
  },
  {
    why: 'a budget that is not known yet',
    change: { ...agent({ budget: undefined }), unknown: ['/spec/budget'] },
    code: [],
  },
])('what is referred to must exist: $why', async ({ change, code }) => {
  expect(codes(await admit(world(), caller(), change))).toEqual(code);
});

test('an org that is being deleted takes no objects', async () => {
  const deleting = world({}, { deletionTimestamp: new Date(1) });
  expect(codes(await admit(deleting, caller(), agent({}, 'new')))).toEqual(['OrgNotFound /metadata/org']);
});

test('an object of an org that does not exist is refused by the org', async () => {
  const change: PlannedChange = {
    action: 'apply',
    manifest: { kind: 'Agent', metadata: { org: 'globex', name: 'x' }, spec: { model } },
  };
  expect(codes(await admit(world(), caller({ orgs: 'all' }), change))).toEqual(['OrgNotFound /metadata/org']);
});

test('deleting what is not there is nothing', async () => {
  const change: PlannedChange = { ...agent({}, 'gone'), action: 'delete' };
  expect(await admit(world(), caller(), change)).toMatchObject({
    action: 'none',
    findings: [],
    manifest: undefined,
  });
});

test.each([
  { why: 'no metadata', manifest: { kind: 'Agent' } },
  { why: 'metadata of another type', manifest: { kind: 'Agent', metadata: 7 } },
  {
    why: 'a name that cannot be stored',
    manifest: { kind: 'Agent', metadata: { org: 'acme', name: 'a\0b' } },
  },
  { why: 'nothing', manifest: {} },
])('what has no key is refused with findings, not with an exception: $why', async ({ manifest }) => {
  const admission = await admit(world(), caller({ orgs: 'all' }), { action: 'apply', manifest });
  expect(admission.findings.length).toBeGreaterThan(0);
  expect(admission.manifest).toBeUndefined();
});

test.each(verbs)('the verb %s is needed and enough in an org that the token reaches', (verb) => {
  expect(forbidden(caller({ verbs: [verb] }), verb, 'acme')).toBeUndefined();
  expect(
    forbidden(caller({ verbs: verbs.filter((other) => other !== verb) }), verb, 'acme')?.message,
  ).toContain(`"${verb}"`);
  expect(forbidden(caller({ orgs: 'all' }), verb, 'any')).toBeUndefined();
  expect(forbidden(caller({ orgs: ['acme'] }), verb, 'acme2')?.message).toContain('"acme2"');
});
