// Changes of objects, and of the CRDs over objects that are there, on a real API server.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { crd } from '../../../crds/generate/crd.ts';
import { valueAt } from '../../../crds/json.ts';
import { defineKind } from '../../../crds/kind.ts';
import { corpus } from '../../../crds/testing/corpus/corpus.ts';
import { declared } from '../../../crds/testing/corpus/samples.ts';
import { eventually } from '../../support/eventually.ts';
import { type KubernetesApi, refusalOf } from '../../support/kubernetes-api.ts';
import { type Cluster, startCluster, strict } from './cluster.ts';
import { collectionOf, inKubernetes, isBlamed, kindOf } from './declared.ts';

let cluster: Cluster;
let api: KubernetesApi;

beforeAll(async () => {
  cluster = await startCluster();
  api = cluster.api;
});

afterAll(async () => {
  await cluster?.stop();
});

test('what was stored under looser rules stays, and may change elsewhere', async () => {
  const kind = kindOf(declared('Guardrail', {}));
  await cluster.install(kind, withoutRules(crd(kind)));
  const path = `${collectionOf(kind)}/old`;
  const old = declared('Guardrail', { selector: 'a b', tools: ['x'], requireApproval: ['y'] });
  expect((await api.send('POST', collectionOf(kind), inKubernetes(old, { name: 'old' }))).status).toBe(201);
  await cluster.install(kind);
  const merge = (body: object) => api.send('PATCH', strict(path), body, 'application/merge-patch+json');
  // A schema takes a moment to be in force; what got through before would stay allowed, so each try is another.
  let tries = 0;
  await eventually(
    'the rules are in force',
    () => merge({ spec: { selector: `c d${tries++}` } }),
    ({ status }) => status === 422,
  );
  expect(await merge({ metadata: { labels: { team: 'core' } } })).toMatchObject({ status: 200 });
  expect(await merge({ spec: { selector: 'a=b' } })).toMatchObject({ status: 422 });
  expect(await merge({ spec: { selector: 'a=b', requireApproval: ['x'] } })).toMatchObject({ status: 200 });
});

test('a change is refused where a field cannot change', async () => {
  const wrong: unknown[] = [];
  for (const [index, { why, before, after, at }] of corpus.changes.entries()) {
    const kind = kindOf(before);
    await cluster.install(kind);
    const name = `changed-${index}`;
    await api.send('POST', strict(collectionOf(kind)), inKubernetes(before, { name }));
    const path = `${collectionOf(kind)}/${name}`;
    const { body: stored } = await api.send('GET', path);
    const resourceVersion = valueAt(stored, '/metadata/resourceVersion');
    const { status, body } = await api.send(
      'PUT',
      strict(path),
      inKubernetes(after, { name, resourceVersion }),
    );
    if (at === undefined ? status !== 200 : status !== 422 || !isBlamed(status, refusalOf(body), at))
      wrong.push([why, status, body]);
  }
  expect(wrong).toEqual([]);
});

test('an immutable field that may be left out can be neither added nor taken away', async () => {
  const region = z.string().max(9).optional().meta({ description: 'Region.', immutable: true });
  const names = { name: 'Thing', singular: 'thing', plural: 'things', shortNames: [] };
  const spec = z.strictObject({ region, note: z.string().max(9).optional().describe('Note.') });
  const thing = defineKind({ ...kindOf(declared('Guardrail', {})), ...names, spec, columns: [] });
  await cluster.install(thing);
  for (const [before, after, status] of [
    [{}, { region: 'a' }, 422],
    [{ region: 'a' }, {}, 422],
    [{ region: 'a' }, { region: 'b' }, 422],
    [{ region: 'a' }, { region: 'a', note: 'n' }, 200],
    [{}, { note: 'n' }, 200],
  ] as const) {
    const path = `${collectionOf(thing)}/sample`;
    await api.send('POST', strict(collectionOf(thing)), inKubernetes(declared('Thing', before)));
    const change = [{ op: 'replace', path: '/spec', value: after }];
    const answer = await api.send('PATCH', strict(path), change, 'application/json-patch+json');
    expect([before, after, answer.status]).toEqual([before, after, status]);
    if (status === 422) expect(refusalOf(answer.body).causes[0]?.field).toBe('spec.region');
    await api.send('DELETE', path);
  }
});

/** The definition as one of a release that knew no rules. */
function withoutRules(definition: object): object {
  return JSON.parse(
    JSON.stringify(definition, (key, value: unknown) =>
      key === 'x-kubernetes-validations' ? undefined : value,
    ),
  );
}
