// Kinds that are taken out of a cluster and come back, and objects from the time of a looser schema.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { crd } from '../../../crds/generate/crd.ts';
import { kindNamed } from '../../../crds/kinds.ts';
import { eventually } from '../../support/eventually.ts';
import { type Looks, looksAt } from './looks.ts';
import { NAMESPACE, ORG, resource, type Stand, startStand } from './stand.ts';

let stand: Stand;
let looks: Looks;

beforeAll(async () => {
  stand = await startStand();
  looks = looksAt(stand);
});

afterAll(async () => {
  await stand?.stop();
});

const FOLDER = join(import.meta.dirname, '../../../crds/generated/crd');
const removeKind = (plural: string) =>
  stand.kubectl('delete', 'crd', `${plural}.lattice.dev`, '--timeout=60s');
const installKind = async (plural: string) => {
  await stand.kubectl('apply', '--server-side', '--force-conflicts', '-f', join(FOLDER, `${plural}.yaml`));
  await stand.kubectl('wait', 'crd', `${plural}.lattice.dev`, '--for=condition=Established', '--timeout=60s');
};
const model = { provider: 'ollama', name: 'smollm2' };

test('a kind that is taken out of the cluster tears nothing down, and is taken up again when it is back', async () => {
  const manifests = ['one', 'two'].map((name) => resource('Agent', name, { model }));
  for (const manifest of manifests) await stand.apply(manifest);
  for (const name of ['one', 'two']) await looks.wait(`agent/${name}`);
  const before = [...(await looks.objects('one')), ...(await looks.objects('two'))];
  const running = await stand.fleet.world.running(ORG);
  expect(running).toHaveLength(2);

  await removeKind('agents');
  expect(await stand.fleet.world.running(ORG)).toEqual(running);
  expect([...(await looks.objects('one')), ...(await looks.objects('two'))]).toEqual(before);
  expect(await stand.fleet.world.sql('SELECT name FROM lattice_agents ORDER BY name')).toEqual([
    { name: 'one' },
    { name: 'two' },
  ]);
  expect(await looks.events('one')).toContainEqual(expect.objectContaining({ reason: 'Orphaned' }));

  await installKind('agents');
  for (const manifest of manifests) await stand.apply(manifest);
  for (const name of ['one', 'two']) await looks.wait(`agent/${name}`);
  const after = [...(await looks.objects('one')), ...(await looks.objects('two'))];
  expect(after.map(({ uid, generation }) => [uid, generation])).toEqual(
    before.map(({ uid, generation }) => [uid, generation]),
  );
  expect(after[0]?.owner_ref).toBe((await looks.get('agent', 'one')).metadata.uid);
  expect(await stand.fleet.world.running(ORG)).toEqual(running);
  await stand.kubectl('delete', 'agents', '--all', '-n', NAMESPACE, '--timeout=60s');
  expect(await stand.fleet.world.running(ORG)).toEqual([]);
});

test('what a looser schema let in is refused by its field, stops no other and can be deleted', async () => {
  const kind = kindNamed('Budget');
  if (kind === undefined) throw new Error('there is no kind Budget');
  const secret = 'planted-5be0a7';
  await removeKind('budgets');
  await stand.apply(laxOf(crd(kind)));
  await stand.kubectl('wait', 'crd', 'budgets.lattice.dev', '--for=condition=Established', '--timeout=60s');
  const wrong = {
    negative: { limitMicroUsd: -5 },
    misspelt: { limitMicroUsd: 5, token: secret },
    text: 'all of it',
  };
  for (const [name, spec] of Object.entries(wrong))
    await eventually(
      `${name} is taken`,
      () =>
        stand.api.send('POST', `/apis/lattice.dev/v1alpha1/namespaces/${NAMESPACE}/budgets`, {
          ...resource('Budget', name, {}),
          spec,
        }),
      ({ status }) => status === 201 || status === 409,
    );
  await stand.apply(resource('Budget', 'fine', { limitMicroUsd: 5 }), '--validate=false');
  await looks.wait('budget/fine');
  for (const name of Object.keys(wrong)) await looks.told('budget', name, 'Stalled', reasonOf(name));

  await installKind('budgets');
  const isStrict = () =>
    stand.api.send('POST', `/apis/lattice.dev/v1alpha1/namespaces/${NAMESPACE}/budgets?dryRun=All`, {
      ...resource('Budget', 'probe', { limitMicroUsd: -1 }),
    });
  await eventually('the schema is in force', isStrict, ({ status }) => status === 422);
  // Something new of each: its status is written under the schema that refuses it. Of a spec that is no map the API server
  // takes no change at all.
  const changeable = ['negative', 'misspelt'];
  for (const name of changeable)
    await stand.kubectl(
      'annotate',
      'budget',
      name,
      '-n',
      NAMESPACE,
      'lattice.dev/reconcile-requested-at=now',
    );
  for (const name of changeable)
    await looks.wait(`budget/${name}`, 'jsonpath={.status.lastHandledReconcileAt}=now');
  expect((await looks.told('budget', 'negative', 'Stalled', 'InvalidValue')).field).toBe(
    '/spec/limitMicroUsd',
  );
  await stand.apply(resource('Budget', 'fine', { limitMicroUsd: 6 }));
  await looks.wait('budget/fine');
  expect(await looks.limitOf('fine')).toBe(6);
  for (const name of ['negative', 'text']) expect(await looks.objects(name)).toEqual([]);
  // What the schema does not know is pruned by the API server, and the rest is as declared.
  expect(await looks.limitOf('misspelt')).toBe(5);
  expect(await stand.kubectl('get', 'events', '-A', '-o', 'json')).not.toContain(secret);
  await stand.kubectl('delete', 'budgets', '--all', '-n', NAMESPACE, '--timeout=60s');
});

const reasonOf = (name: string): string =>
  ({ negative: 'InvalidValue', misspelt: 'UnknownField', text: 'WrongType' })[name] ?? '';

/** As of a release that wrote nothing down of what a spec holds. */
function laxOf(definition: ReturnType<typeof crd>): object {
  const anything = { 'x-kubernetes-preserve-unknown-fields': true };
  const versions = definition.spec.versions.map((version) => ({
    ...version,
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
    additionalPrinterColumns: [],
  }));
  return { ...definition, spec: { ...definition.spec, versions } };
}
