import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { agent } from './agent.ts';
import { budget } from './budget.ts';
import { reference } from './fields.ts';
import { defineKind } from './kind.ts';
import { org } from './org.ts';
import { referencesOf } from './references.ts';

const step = z.strictObject({
  agent: reference('Agent', 'Who does it.'),
  fallback: reference('Agent', 'Who does it otherwise.').optional(),
  note: z.string().optional(),
});

const workflow = defineKind({
  name: 'Workflow',
  singular: 'workflow',
  plural: 'workflows',
  shortNames: [],
  scope: 'org',
  description: 'A made-up kind whose references lie deep.',
  definitionVersion: 1,
  spec: z.strictObject({
    budget: reference('Budget', 'Optional.').optional(),
    owner: reference('Agent', 'With a default.').default('root'),
    reviewers: z.array(reference('Agent', 'In a list.')).default([]),
    stages: z.array(z.strictObject({ steps: z.array(step) })).optional(),
    settings: z.strictObject({ nested: z.strictObject({ step: step.optional() }) }).optional(),
    text: z.string().optional(),
  }),
  columns: [],
});

test.each([
  { why: 'an optional field', spec: { budget: 'b' }, found: ['/spec/budget Budget b'] },
  { why: 'a field with a default', spec: { owner: 'o' }, found: ['/spec/owner Agent o'] },
  {
    why: 'elements of a list',
    spec: { reviewers: ['r', 's'] },
    found: ['/spec/reviewers/0 Agent r', '/spec/reviewers/1 Agent s'],
  },
  {
    why: 'objects in lists in objects in lists',
    spec: { stages: [{ steps: [] }, { steps: [{ agent: 'a', fallback: 'f' }] }] },
    found: ['/spec/stages/1/steps/0/agent Agent a', '/spec/stages/1/steps/0/fallback Agent f'],
  },
  {
    why: 'optional objects in objects',
    spec: { settings: { nested: { step: { agent: 'a' } } } },
    found: ['/spec/settings/nested/step/agent Agent a'],
  },
  { why: 'text is no reference', spec: { text: 'b' }, found: [] },
  { why: 'what is left out refers to nothing', spec: {}, found: [] },
  { why: 'null refers to nothing', spec: { budget: null, stages: null }, found: [] },
  { why: 'a wrong type refers to nothing', spec: { budget: 1, reviewers: 'r', stages: {} }, found: [] },
  { why: 'no spec at all', spec: undefined, found: [] },
])('references are found wherever they lie: $why', ({ spec, found }) => {
  const references = referencesOf(workflow, spec);
  expect(references.map(({ pointer, kind, name }) => `${pointer} ${kind} ${name}`)).toEqual(found);
});

test('the kinds refer to what their definitions say', () => {
  expect(referencesOf(agent, { budget: 'support' })).toEqual([
    { pointer: '/spec/budget', kind: 'Budget', name: 'support' },
  ]);
  expect(referencesOf(budget, { parent: 'company' })).toEqual([
    { pointer: '/spec/parent', kind: 'Budget', name: 'company' },
  ]);
  expect(referencesOf(org, { displayName: 'Acme', namespaces: [{ cluster: 'c', namespace: 'n' }] })).toEqual(
    [],
  );
});
