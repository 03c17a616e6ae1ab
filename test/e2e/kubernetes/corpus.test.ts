// The corpus against a real API server, with the CRDs as they are generated: it accepts and refuses what zod does, at the same
// field, and stores the same defaults.

import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { crd } from '../../../crds/generate/crd.ts';
import { valueAt } from '../../../crds/json.ts';
import { kinds } from '../../../crds/kinds.ts';
import { corpus } from '../../../crds/testing/corpus/corpus.ts';
import type { Declared, Refused } from '../../../crds/testing/corpus/entry.ts';
import { placed } from '../../../crds/testing/corpus/placed.ts';
import { validateManifest } from '../../../crds/validate.ts';
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

test('every CRD installs: its schema is structural and its rules cost what they may', async () => {
  for (const kind of kinds) await cluster.install(kind);
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

function rulesOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) =>
    key === 'x-kubernetes-validations' && Array.isArray(inner)
      ? inner.map(({ message }: { message: string }) => message)
      : rulesOf(inner),
  );
}
