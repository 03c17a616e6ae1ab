// The corpus as Terraform meets it: what can be written is accepted or refused as zod does, at the attribute that is wrong, before
// anything is applied.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resources } from '../crds/generated/terraform.ts';
import { kindNamed, terraformType } from '../crds/kinds.ts';
import { corpus } from '../crds/testing/corpus/corpus.ts';
import type { Declared } from '../crds/testing/corpus/entry.ts';
import { pathOf } from './object/pointer.ts';
import { planWrite } from './resource/plan.ts';
import { validateConfig } from './resource/validate.ts';
import { resourceSchema } from './schema/from-definition.ts';
import { type Diagnostic, hasErrors, pathText } from './sdk/diagnostics.ts';
import { openSession } from './session.ts';
import { configOf } from './testing/config.ts';
import { type FakeController, startFakeController } from './testing/fake-controller.ts';

let fake: FakeController;

beforeAll(async () => {
  fake = await startFakeController();
});

afterAll(async () => {
  await fake.close();
});

function typeOf({ kind: name }: Declared) {
  const kind = kindNamed(name);
  const definition = kind && resources[terraformType(kind)];
  if (definition === undefined) throw new Error(`no resource for ${name}`);
  return { definition, schema: resourceSchema(definition) };
}

interface Heard {
  readonly diagnostics: readonly Diagnostic[];
  readonly by: 'validate' | 'plan';
}

/** What Terraform says before it applies; undefined for what it has no way to write. */
async function heard(manifest: Declared): Promise<Heard | undefined> {
  const type = typeOf(manifest);
  const written = configOf(type.definition, type.schema.attributes, manifest);
  if ('inexpressible' in written) return undefined;
  const { config } = written;
  const found = validateConfig(type.schema.attributes, config);
  if (hasErrors(found)) return { diagnostics: found, by: 'validate' };
  const session = openSession({ endpoint: fake.endpoint, token: fake.token, instance: 'corpus' });
  const { diagnostics } = await planWrite(session, type, {
    prior: null,
    config,
    planned: config,
    private: {},
  });
  session.stop();
  return { diagnostics, by: 'plan' };
}

test('what is accepted is accepted, and everything of it can be written', async () => {
  for (const { why, manifest } of corpus.accepted)
    expect([manifest.kind, why, (await heard(manifest))?.diagnostics.filter(isError)]).toEqual([
      manifest.kind,
      why,
      [],
    ]);
});

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

test('what is refused and can be written is an error at its attribute, before anything is applied', async () => {
  const count = { inexpressible: 0, validate: 0, plan: 0 };
  const wrong: unknown[] = [];
  for (const { why, manifest, at } of corpus.refused) {
    const answer = await heard(manifest);
    if (answer === undefined) {
      count.inexpressible++;
      continue;
    }
    count[answer.by]++;
    const wanted = pathText(pathOf(typeOf(manifest).schema.attributes, at));
    const blamed = answer.diagnostics.filter(isError).map(({ path }) => pathText(path));
    if (!blamed.some((path) => path !== '' && (path === wanted || wanted.startsWith(`${path}.`))))
      wrong.push([manifest.kind, why, wanted, answer]);
  }
  expect(wrong).toEqual([]);
  // Each way is taken: a corpus that nothing of can be written would prove nothing.
  for (const times of Object.values(count)) expect(times).toBeGreaterThan(50);
});

test('only what has no attribute or another type cannot be written', () => {
  const reasons = corpus.refused.flatMap(({ why, manifest }) => {
    const { definition, schema } = typeOf(manifest);
    const written = configOf(definition, schema.attributes, manifest);
    return 'inexpressible' in written ? [why] : [];
  });
  const kinds = /null|instead of|unknown field|that (is|are) a |API version/;
  expect(reasons.filter((why) => !kinds.test(why))).toEqual([]);
});

test('a change that is refused replaces the resource', () => {
  for (const { before, at } of corpus.changes) {
    if (at === undefined) continue;
    const { attributes } = typeOf(before).schema;
    const attribute = attributes.find(({ name }) => name === pathText(pathOf(attributes, at)));
    expect([at, attribute?.replaces]).toEqual([at, true]);
  }
});
