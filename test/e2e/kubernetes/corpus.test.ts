// The corpus against a real API server, with the CRDs as they are generated: it accepts and refuses what zod does, at the same
// field, and stores the same defaults.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { crd } from '../../../crds/generate/crd.ts';
import { valueAt } from '../../../crds/json.ts';
import { defineKind, type Kind } from '../../../crds/kind.ts';
import { kindNamed, kinds } from '../../../crds/kinds.ts';
import { corpus } from '../../../crds/testing/corpus/corpus.ts';
import type { Declared, Refused } from '../../../crds/testing/corpus/entry.ts';
import { placed } from '../../../crds/testing/corpus/placed.ts';
import { declared } from '../../../crds/testing/corpus/samples.ts';
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
  await eventually(
    `${kind.plural} are served`,
    () => api.send('GET', collectionOf(kind)),
    (answer) => answer.status === 200,
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

/**
 * What Kubernetes makes of an entry. It leaves a field out that is null before it does anything else, unless the field may be null;
 * no field of ours may. So a null that zod refuses means to Kubernetes that nothing was written.
 */
function asRead({ manifest, at }: Refused): {
  readonly manifest: Declared;
  readonly pointers: readonly string[];
} {
  const isNullField = valueAt(manifest, at) === null && !/\/\d+$/.test(at);
  if (!isNullField) return { manifest, pointers: [at] };
  const read = placed(manifest, at, undefined);
  const pointers = validateManifest(read).findings.map(({ pointer }) => pointer);
  // zod looks into a spec that is missing; Kubernetes says that it is.
  return { manifest: read, pointers: pointers.length > 0 && at === '/spec' ? [at] : pointers };
}

test('what was stored under looser rules stays, and may change elsewhere', async () => {
  const kind = kindOf(declared('Guardrail', {}));
  await install(kind, withoutRules(crd(kind)));
  const path = `${collectionOf(kind)}/old`;
  const old = declared('Guardrail', { selector: 'a b', tools: ['x'], requireApproval: ['y'] });
  expect((await api.send('POST', collectionOf(kind), inKubernetes(old, { name: 'old' }))).status).toBe(201);
  await install(kind);
  const merge = (body: object) => api.send('PATCH', strict(path), body, 'application/merge-patch+json');
  // A schema takes a moment to be in force.
  await eventually(
    'the rules are in force',
    () => merge({ spec: { selector: 'c d' } }),
    ({ status }) => status === 422,
  );
  expect(await merge({ metadata: { labels: { team: 'core' } } })).toMatchObject({ status: 200 });
  expect(await merge({ spec: { selector: 'a=b' } })).toMatchObject({ status: 422 });
  expect(await merge({ spec: { selector: 'a=b', requireApproval: ['x'] } })).toMatchObject({ status: 200 });
});

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
    else if (!isDeepStrictEqual(stored, expected)) wrong.push([kind.name, why, { stored, expected }]);
  });
  expect(wrong).toEqual([]);
});

test('what is refused is refused at the same field, and every rule refuses something', async () => {
  const wrong: unknown[] = [];
  const said = new Set<string>();
  await each(corpus.refused, async (entry, index) => {
    const { why, manifest } = entry;
    const kind = kindOf(manifest);
    const read = asRead(entry);
    const isAccepted = read.pointers.length === 0;
    const name = isAccepted ? { name: `null-${index}` } : {};
    const { status, body } = await api.send('POST', strict(collectionOf(kind)), inKubernetes(manifest, name));
    if (status === 201) {
      const stored = valueAt(body, '/spec');
      if (!isAccepted) await api.send('DELETE', `${collectionOf(kind)}/sample`);
      if (!isAccepted || !isDeepStrictEqual(stored, validateManifest(read.manifest).manifest?.spec))
        wrong.push([kind.name, why, 'accepted', stored]);
      return;
    }
    const refusal = refusalOf(body);
    for (const { message } of refusal.causes) said.add(message);
    if (isAccepted || !read.pointers.some((pointer) => isBlamed(status, refusal, pointer)))
      wrong.push([kind.name, why, read.pointers, status, refusal]);
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

test('an immutable field that may be left out can be neither added nor taken away', async () => {
  const region = z.string().max(9).optional().meta({ description: 'Region.', immutable: true });
  const names = { name: 'Thing', singular: 'thing', plural: 'things', shortNames: [] };
  const spec = z.strictObject({ region, note: z.string().max(9).optional().describe('Note.') });
  const thing = defineKind({ ...kindOf(declared('Guardrail', {})), ...names, spec, columns: [] });
  await install(thing);
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

/** What cannot be decoded at all is refused in words that name the field, without a cause. */
function isBlamed(status: number, { message, causes }: Refusal, at: string): boolean {
  if (causes.some(({ field }) => blames(field, at))) return true;
  const last = at.split('/').at(-1) ?? '';
  const named = at.startsWith('/metadata/labels') ? 'labels' : last === 'apiVersion' ? 'API version' : last;
  return status === 400 && causes.length === 0 && message.includes(named);
}

/** The definition as one of a release that knew no rules. */
function withoutRules(definition: object): object {
  return JSON.parse(
    JSON.stringify(definition, (key, value: unknown) =>
      key === 'x-kubernetes-validations' ? undefined : value,
    ),
  );
}

function rulesOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) =>
    key === 'x-kubernetes-validations' && Array.isArray(inner)
      ? inner.map(({ message }: { message: string }) => message)
      : rulesOf(inner),
  );
}

test('a change is refused where a field cannot change', async () => {
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
    if (at === undefined ? status !== 200 : status !== 422 || !isBlamed(status, refusalOf(body), at))
      wrong.push([why, status, body]);
  }
  expect(wrong).toEqual([]);
});
