import { expect, test } from '@jest/globals';
import { budgetWindows } from '../../crds/budget.ts';
import { type ValidManifest, validateManifest } from '../../crds/validate.ts';
import { budgetFindings } from './budget-tree.ts';
import { overlayOn } from './overlay.ts';
import type { World } from './world.ts';

type Spec = Record<string, unknown>;

function manifest(name: string, spec: Spec): ValidManifest {
  const valid = validateManifest({ kind: 'Budget', metadata: { org: 'acme', name }, spec });
  if (valid.manifest === undefined) throw new Error(JSON.stringify(valid.findings));
  return valid.manifest;
}

/** A world of budgets in one org, each with its defaults. */
function worldOf(budgets: Readonly<Record<string, Spec>>, deleting: readonly string[] = []): World {
  const world = overlayOn({
    find: async () => undefined,
    claim: async () => undefined,
    dependents: async () => [],
    list: async () => [],
  });
  for (const [name, spec] of Object.entries(budgets))
    world.put({
      kind: 'Budget',
      org: 'acme',
      name,
      labels: {},
      spec: manifest(name, spec).spec,
      deleting: deleting.includes(name),
    });
  return world;
}

async function problems(
  budgets: Readonly<Record<string, Spec>>,
  name: string,
  spec: Spec,
  deleting: readonly string[] = [],
): Promise<string[]> {
  const findings = await budgetFindings(worldOf(budgets, deleting), manifest(name, spec));
  return findings.map(({ code, pointer }) => `${code} ${pointer}`);
}

const money = 'BudgetExceedsParent /spec/limitMicroUsd';
const tokens = 'BudgetExceedsParent /spec/limitTokens';
const window = 'BudgetWindowMismatch /spec/window';
const zone = 'BudgetWindowMismatch /spec/timeZone';
const moved = 'BudgetExceedsParent /spec/parent';
const cycle = 'BudgetCycle /spec/parent';

const company = {
  root: { limitMicroUsd: 100, limitTokens: 100 },
  team: { parent: 'root', limitMicroUsd: 50 },
};

test.each([
  { why: 'a root', spec: { limitMicroUsd: 1e15 }, found: [] },
  { why: 'no limit of its own', spec: { parent: 'root' }, found: [] },
  {
    why: 'exactly what the parent has',
    spec: { parent: 'root', limitMicroUsd: 100, limitTokens: 100 },
    found: [],
  },
  { why: 'one more than the parent has', spec: { parent: 'root', limitMicroUsd: 101 }, found: [money] },
  { why: 'zero fits anything', spec: { parent: 'root', limitMicroUsd: 0, limitTokens: 0 }, found: [] },
  {
    why: 'money and tokens are told apart',
    spec: { parent: 'root', limitMicroUsd: 101, limitTokens: 101 },
    found: [money, tokens],
  },
  {
    why: 'the grandparent limits too',
    spec: { parent: 'team', limitMicroUsd: 50, limitTokens: 101 },
    found: [tokens],
  },
  {
    why: 'every budget above that is exceeded is named',
    spec: { parent: 'team', limitMicroUsd: 101 },
    found: [money, money],
  },
  {
    why: "a parent that does not exist is the reference check's matter",
    spec: { parent: 'nowhere', limitMicroUsd: 101 },
    found: [],
  },
])('a limit that somebody reads can be reached: $why', async ({ spec, found }) => {
  expect(await problems(company, 'new', spec)).toEqual(found);
});

test('below a limit of zero only zero fits', async () => {
  expect(await problems({ root: { limitMicroUsd: 0 } }, 'new', { parent: 'root', limitMicroUsd: 1 })).toEqual(
    [money],
  );
});

const fitting = new Set([
  'hour hour',
  'hour day',
  'hour week',
  'hour month',
  'day day',
  'day week',
  'day month',
  'week week',
  'month month',
]);

test.each(
  budgetWindows.flatMap((inner) =>
    budgetWindows.map((outer) => ({ inner, outer, fits: fitting.has(`${inner} ${outer}`) })),
  ),
)('one $inner lies within one $outer: $fits', async ({ inner, outer, fits }) => {
  const found = await problems({ root: { window: outer } }, 'new', { parent: 'root', window: inner });
  expect(found).toEqual(fits ? [] : [window]);
});

test('windows of two time zones do not lie within each other', async () => {
  const found = await problems({ root: { timeZone: 'Asia/Tokyo' } }, 'new', {
    parent: 'root',
    timeZone: 'Europe/Berlin',
  });
  expect(found).toEqual([zone]);
});

test.each([
  { why: 'itself', name: 'root', spec: { parent: 'root' } },
  { why: 'through a child', name: 'root', spec: { parent: 'team' } },
  { why: 'through a grandchild', name: 'root', spec: { parent: 'leaf' } },
])('a budget is never its own ancestor: $why', async ({ name, spec }) => {
  expect(await problems({ ...company, leaf: { parent: 'team' } }, name, spec)).toEqual([cycle]);
});

test('a cycle that stands above is named, not followed for ever', async () => {
  expect(await problems({ a: { parent: 'b' }, b: { parent: 'a' } }, 'new', { parent: 'a' })).toEqual([cycle]);
});

test.each([
  { why: 'a raise', spec: { limitMicroUsd: 200, limitTokens: 100 }, found: [] },
  { why: 'down to what the child has', spec: { limitMicroUsd: 50, limitTokens: 100 }, found: [] },
  { why: 'below what the child has', spec: { limitMicroUsd: 49 }, found: [money] },
  { why: 'no limit any more', spec: {}, found: [] },
  { why: 'a window that the child does not fit', spec: { window: 'week' }, found: [window] },
])('a change of a parent must fit its children: $why', async ({ spec, found }) => {
  expect(await problems(company, 'root', spec)).toEqual(found);
});

test('a child that is being deleted holds its parent up no longer', async () => {
  expect(await problems(company, 'root', { limitMicroUsd: 49 }, ['team'])).toEqual([]);
});

const deep = {
  root: { limitMicroUsd: 100 },
  team: { parent: 'root' },
  leaf: { parent: 'team', limitMicroUsd: 90 },
};

test.each([
  {
    why: 'lowered below what a grandchild has, through a child without a limit',
    budgets: deep,
    name: 'root',
    spec: { limitMicroUsd: 50 },
    found: [money],
  },
  {
    why: 'lowered to what a grandchild has',
    budgets: deep,
    name: 'root',
    spec: { limitMicroUsd: 90 },
    found: [],
  },
  {
    why: 'moved with its children under a budget that is too small for them',
    budgets: { ...deep, small: { limitMicroUsd: 10 } },
    name: 'team',
    spec: { parent: 'small' },
    found: [moved],
  },
  {
    why: 'moved with its children under one of another zone',
    budgets: { ...deep, tokyo: { timeZone: 'Asia/Tokyo' } },
    name: 'team',
    spec: { parent: 'tokyo' },
    found: [zone],
  },
])('a change must fit everything below: $why', async ({ budgets, name, spec, found }) => {
  expect(await problems(budgets, name, spec)).toEqual(found);
});

test('the message names both budgets and both limits', async () => {
  const [found] = await budgetFindings(worldOf(company), manifest('root', { limitMicroUsd: 49 }));
  expect(found).toMatchObject({
    level: 'error',
    message: 'limitMicroUsd of budget "team" is 50, but budget "root" allows 49',
    remedy: expect.stringContaining('Change the child first'),
  });
});
