// The reconcilers of orgs and budgets as tables: what stands goes in as plain data, steps and a judgement come out.

import { expect, test } from '@jest/globals';
import { budget } from '../../crds/budget.ts';
import { org } from '../../crds/org.ts';
import type { ObservedRow } from '../backends/tables.ts';
import type { NamespaceState } from '../backends/temporal.ts';
import { orgReconciler } from './org.ts';
import { rowReconciler } from './row.ts';
import {
  db,
  edited,
  FENCE,
  gone,
  judged,
  missing,
  NOTHING,
  row,
  same,
  stored,
  temporal,
  UID,
  words,
} from './testing/plain.ts';

const budgetReconciler = rowReconciler(
  db,
  budget,
  { name: 'lattice_ai_budgets', desired: 'desired_ai_budgets' },
  'The limit is in force.',
);

test.each([
  { why: 'as declared', row: same, steps: [] },
  {
    why: 'a missing row names all columns',
    row: missing,
    steps: ['write the missing row of lattice_ai_budgets'],
  },
  { why: 'an edited column', row: edited, steps: ['correct the row of lattice_ai_budgets: n'] },
  {
    why: 'NULL, which lifts a limit',
    row: row({ a: 0, b: null }, { a: null, b: null }),
    steps: ['correct the row of lattice_ai_budgets: a'],
  },
  {
    why: 'NULL is not zero',
    row: row({ a: null }, { a: 0 }),
    steps: ['correct the row of lattice_ai_budgets: a'],
  },
  {
    why: 'a list in another order',
    row: row({ a: [1, 2] }, { a: [2, 1] }),
    steps: ['correct the row of lattice_ai_budgets: a'],
  },
  {
    why: 'several columns, in order',
    row: row({ b: 1, a: 1, c: 1 }, { b: 2, a: 2, c: 1 }),
    steps: ['correct the row of lattice_ai_budgets: a, b'],
  },
  {
    why: 'nothing is declared any more',
    row: row(null, { uid: UID }),
    steps: ['delete row of lattice_ai_budgets'],
  },
  { why: 'nothing is declared and nothing stands', row: row(null, null), steps: [] },
])('the row of a budget is brought to what is declared: $why', ({ row: observed, steps }) => {
  expect(words(budgetReconciler.diff(stored(budget), observed, FENCE))).toEqual(steps);
});

test.each([
  { why: 'its row stands', row: same, steps: ['delete row of lattice_ai_budgets'] },
  { why: 'its row is gone', row: gone, steps: [] },
])('a deleted budget takes its row along: $why', ({ row: observed, steps }) => {
  const reconciler = budgetReconciler;
  const object = stored(budget, {}, true);
  expect(words(reconciler.diff(object, observed, FENCE))).toEqual(steps);
  expect(reconciler.assess(object, observed).type).toBe('done');
});

interface OrgCase {
  readonly why: string;
  readonly deleting?: boolean;
  readonly row: ObservedRow;
  readonly namespace: NamespaceState;
  readonly steps: readonly string[];
  readonly result: string;
}

const register = 'register Temporal namespace lattice-org-acme';
const remove = 'delete Temporal namespace lattice-org-acme';
const writeOrg = 'write the missing row of lattice_orgs';
const deleteOrg = 'delete row of lattice_orgs';

test.each<OrgCase>([
  {
    why: 'new',
    row: missing,
    namespace: 'absent',
    steps: [writeOrg, register],
    result: 'again NamespacePending',
  },
  {
    why: 'registered, not serving',
    row: same,
    namespace: 'pending',
    steps: [],
    result: 'again NamespacePending',
  },
  { why: 'serving', row: same, namespace: 'serving', steps: [], result: 'done Available' },
  {
    why: 'the name is still being freed',
    row: missing,
    namespace: 'terminating',
    steps: [writeOrg],
    result: 'again NamespaceTerminating',
  },
  {
    why: 'the namespace vanished',
    row: same,
    namespace: 'absent',
    steps: [register],
    result: 'again NamespacePending',
  },
  {
    why: 'the row was edited',
    row: edited,
    namespace: 'serving',
    steps: ['correct the row of lattice_orgs: n'],
    result: 'done Available',
  },
  {
    why: 'deleted: the row goes before the namespace',
    deleting: true,
    row: same,
    namespace: 'serving',
    steps: [deleteOrg, remove],
    result: 'again NamespaceTerminating',
  },
  {
    why: 'deleted before it served',
    deleting: true,
    row: gone,
    namespace: 'pending',
    steps: [remove],
    result: 'again NamespaceTerminating',
  },
  {
    why: 'deleted, and being freed',
    deleting: true,
    row: gone,
    namespace: 'terminating',
    steps: [],
    result: 'again NamespaceTerminating',
  },
  {
    why: 'deleted, and gone',
    deleting: true,
    row: gone,
    namespace: 'absent',
    steps: [],
    result: 'done Deleted',
  },
])('an org: $why', ({ deleting, row: observedRow, namespace, steps, result }) => {
  const reconciler = orgReconciler(db, temporal);
  const object = stored(org, {}, deleting);
  const observed = { row: observedRow, namespace };
  expect(words(reconciler.diff(object, observed, FENCE))).toEqual(steps);
  expect(judged(reconciler.assess(object, observed))).toBe(result);
});

test('an object is told where it stands elsewhere', () => {
  expect(
    orgReconciler(db, temporal).externalIds(stored(org), { row: NOTHING, namespace: 'serving' }),
  ).toEqual({
    temporalNamespace: 'lattice-org-acme',
  });
  expect(budgetReconciler.externalIds(stored(budget), NOTHING)).toEqual({});
});

test('a step in words holds no value of a row', () => {
  const secret = row({ uid: UID, instructions: 'secret-value' }, { uid: UID, instructions: 'old-value' });
  const [step] = budgetReconciler.diff(stored(budget), secret, FENCE);
  expect(JSON.stringify(step)).not.toMatch(/secret-value|old-value/);
});
