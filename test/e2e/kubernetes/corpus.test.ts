// The corpus against a real API server, with the CRDs as they are generated: it accepts and refuses what zod does, at the same
// field, and stores the same defaults.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { crd } from '../../../crds/generate/crd.ts';
import { valueAt } from '../../../crds/json.ts';
import type { Kind } from '../../../crds/kind.ts';
import { kindNamed, kinds } from '../../../crds/kinds.ts';
import { corpus } from '../../../crds/testing/corpus/corpus.ts';
import type { Declared } from '../../../crds/testing/corpus/entry.ts';
import { validateManifest } from '../../../crds/validate.ts';
import { type RunningEtcd, startEtcd } from '../../../servers/etcd.ts';
import { type RunningApiServer, startApiServer } from '../../../servers/kubernetes/api-server.ts';
import { eventually } from '../../support/eventually.ts';
import { type KubernetesApi, kubernetesApi, type Refusal, refusalOf } from '../../support/kubernetes-api.ts';
import { blames, collectionOf, inKubernetes } from './declared.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

let folder: string;
let etcd: RunningEtcd | undefined;
let server: RunningApiServer | undefined;
let api: KubernetesApi;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lattice-corpus-'));
  etcd = await startEtcd({ dataDir: join(folder, 'etcd'), unsafeNoFsync: true });
  server = await startApiServer({ folder, etcd });
  api = kubernetesApi(server);
  await api.send('POST', '/api/v1/namespaces', { metadata: { name: 'acme' } });
});

afterAll(async () => {
  api?.close();
  await server?.stop();
  await etcd?.stop();
  await rm(folder, { recursive: true, force: true });
});

const strict = (path: string) => `${path}?fieldValidation=Strict`;

async function install(kind: Kind, definition: object = crd(kind)): Promise<void> {
  const path = `${CRDS}/${kind.plural}.lattice.dev`;
  const before = await api.send('GET', path);
  const { status, body } =
    before.status === 404
      ? await api.send('POST', strict(CRDS), definition)
      : await api.send('PATCH', path, definition, 'application/merge-patch+json');
  expect([kind.name, status, status > 299 ? body : 'installed']).toEqual([
    kind.name,
    expect.any(Number),
    'installed',
  ]);
  await eventually(`${kind.plural} are served`, async () =>
    (await api.send('GET', collectionOf(kind))).status === 200 ? true : undefined,
  );
}

const kindOf = ({ kind: name }: Declared): Kind => {
  const kind = kindNamed(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
};

/** Runs a few at once, in order of their answers. */
async function each<Entry>(entries: readonly Entry[], body: (entry: Entry, index: number) => Promise<void>) {
  const waiting = entries.entries();
  const worker = async () => {
    for (const [index, entry] of waiting) await body(entry, index);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

/** Kubernetes takes a null for a field that was left out when the field has a default. Everywhere else null is refused. */
function isNullForDefault({ kind: name }: Declared, manifest: Declared, at: string): boolean {
  if (valueAt(manifest, at) !== null) return false;
  const { openAPIV3Schema } = crd(kindOf({ ...manifest, kind: name })).spec.versions[0]?.schema ?? {};
  const schemaPointer = at
    .split('/')
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? '/items' : `/properties/${step}`))
    .join('');
  return valueAt(openAPIV3Schema, `${schemaPointer}/default`) !== undefined;
}

test('every CRD installs: its schema is structural and its rules cost what they may', async () => {
  for (const kind of kinds) await install(kind);
});

test('what is accepted is accepted, and stored with the defaults of zod', async () => {
  const wrong: unknown[] = [];
  await each(corpus.accepted, async ({ why, manifest }, index) => {
    const kind = kindOf(manifest);
    const name = `accepted-${index}`;
    const { status, body } = await api.send(
      'POST',
      strict(collectionOf(kind)),
      inKubernetes(manifest, { name }),
    );
    const expected = validateManifest(manifest).manifest?.spec;
    const stored = valueAt(body, '/spec');
    if (status !== 201) wrong.push([kind.name, why, refusalOf(body)]);
    else
      try {
        expect(stored).toEqual(expected);
      } catch {
        wrong.push([kind.name, why, { stored, expected }]);
      }
  });
  expect(wrong).toEqual([]);
});

test('what is refused is refused at the same field, and every rule refuses something', async () => {
  const wrong: unknown[] = [];
  const said = new Set<string>();
  await each(corpus.refused, async ({ why, manifest, at }) => {
    const kind = kindOf(manifest);
    const { status, body } = await api.send('POST', strict(collectionOf(kind)), inKubernetes(manifest));
    if (isNullForDefault(manifest, manifest, at)) {
      if (status === 201) await api.send('DELETE', `${collectionOf(kind)}/sample`);
      if (status !== 201 || valueAt(body, at) === null)
        wrong.push([kind.name, why, 'null was not taken for the default', body]);
      return;
    }
    if (status === 201) {
      await api.send('DELETE', `${collectionOf(kind)}/sample`);
      wrong.push([kind.name, why, 'accepted']);
      return;
    }
    const refusal = refusalOf(body);
    for (const { message } of refusal.causes) said.add(message);
    if (!isBlamed(refusal, at)) wrong.push([kind.name, why, at, status, refusal]);
  });
  expect(wrong).toEqual([]);
  const rules = kinds.flatMap((kind) => rulesOf(crd(kind)));
  expect(rules.length).toBeGreaterThan(10);
  expect(
    rules.filter(
      (rule) => !rule.includes('cannot be changed') && ![...said].some((text) => text.includes(rule)),
    ),
  ).toEqual([]);
});

/** What cannot be decoded at all is refused in words that name the field, without a cause. */
function isBlamed({ message, causes }: Refusal, at: string): boolean {
  if (causes.some(({ field }) => blames(field, at))) return true;
  const last = at.split('/').at(-1) ?? '';
  return causes.length === 0 && message.includes(at.startsWith('/metadata/labels') ? 'labels' : last);
}

function rulesOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) =>
    key === 'x-kubernetes-validations' && Array.isArray(inner)
      ? inner.map(({ message }: { message: string }) => message)
      : rulesOf(inner),
  );
}

test('a change is refused where a field cannot change, also when it is added or taken away', async () => {
  const wrong: unknown[] = [];
  for (const [index, { why, before, after, at }] of corpus.changes.entries()) {
    const kind = kindOf(before);
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
    if (at === undefined ? status !== 200 : status !== 422 || !isBlamed(refusalOf(body), at))
      wrong.push([why, status, body]);
  }
  expect(wrong).toEqual([]);
});
