import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { kindNamed } from '../../crds/kinds.ts';
import type { PlannedChange } from '../../crds/plan.ts';
import { referencesOf } from '../../crds/references.ts';
import { inOrderOfDependence } from './order.ts';

const change = (
  action: PlannedChange['action'],
  kind: string,
  org: string,
  name: string,
  spec: object = {},
): PlannedChange => ({
  action,
  manifest: { kind, metadata: kind === 'Org' ? { name } : { org, name }, spec },
});

const keyOf = ({ manifest }: PlannedChange): string => {
  const { org, name } = manifest.metadata as { org?: string; name: string };
  return `${String(manifest.kind)}/${org ?? name}/${name}`;
};

/** Keys of what a change needs to exist: its references, and its org. */
function needs({ manifest }: PlannedChange): string[] {
  const kind = kindNamed(String(manifest.kind));
  const { org } = manifest.metadata as { org?: string };
  if (kind === undefined || org === undefined) return [];
  return [
    `Org/${org}/${org}`,
    ...referencesOf(kind, manifest.spec).map((reference) => `${reference.kind}/${org}/${reference.name}`),
  ];
}

/** Orgs with a random forest of budgets and agents on them, in random order, some of it to be deleted. */
const plans = fc
  .array(
    fc.record({
      above: fc.option(fc.nat()),
      agent: fc.boolean(),
      org: fc.nat(1),
      deleted: fc.boolean(),
      create: fc.boolean(),
    }),
    { maxLength: 24 },
  )
  .map((rows) =>
    rows.map(({ above, agent, org, deleted, create }, index): PlannedChange => {
      const budgets = rows
        .slice(0, index)
        .flatMap((row, at) => (!row.agent && row.org === org ? [`n${at}`] : []));
      const name = above === null || budgets.length === 0 ? undefined : budgets[above % budgets.length];
      const spec = name === undefined ? {} : agent ? { budget: name } : { parent: name };
      return change(
        deleted ? 'delete' : create ? 'create' : 'apply',
        agent ? 'Agent' : 'Budget',
        `o${org}`,
        `n${index}`,
        spec,
      );
    }),
  )
  .map((changes) => [...changes, change('apply', 'Org', '', 'o0'), change('delete', 'Org', '', 'o1')])
  .chain((changes) => fc.shuffledSubarray(changes, { minLength: changes.length, maxLength: changes.length }));

test('what is referred to comes first, deletions come last and the other way round, and nothing is lost', () => {
  fc.assert(
    fc.property(plans, (changes) => {
      const ordered = inOrderOfDependence(changes);
      expect(new Set(ordered)).toEqual(new Set(changes));
      expect(ordered).toHaveLength(changes.length);
      const firstDelete = ordered.findIndex(({ action }) => action === 'delete');
      expect(ordered.slice(firstDelete).every(({ action }) => action === 'delete')).toBe(true);
      for (const [index, referrer] of ordered.entries())
        for (const need of needs(referrer)) {
          const at = ordered.findIndex(
            (other) =>
              keyOf(other) === need && (other.action === 'delete') === (referrer.action === 'delete'),
          );
          if (at === -1) continue;
          if (referrer.action === 'delete') expect(at).toBeGreaterThan(index);
          else expect(at).toBeLessThan(index);
        }
    }),
    { numRuns: 300 },
  );
});

test('a chain of as many budgets as a plan may hold, given the wrong way round, is put right', () => {
  const chain = Array.from({ length: 10_000 }, (_each, index) =>
    change('apply', 'Budget', 'acme', `b${index}`, index === 0 ? {} : { parent: `b${index - 1}` }),
  );
  expect(inOrderOfDependence(chain.toReversed())).toEqual(chain);
});

test('a cycle ends, and every member is still there for admission to name', () => {
  const cycle = [
    change('apply', 'Budget', 'acme', 'a', { parent: 'b' }),
    change('apply', 'Budget', 'acme', 'b', { parent: 'c' }),
    change('apply', 'Budget', 'acme', 'c', { parent: 'a' }),
    change('apply', 'Budget', 'acme', 'self', { parent: 'self' }),
  ];
  const ordered = inOrderOfDependence(cycle);
  expect(ordered).toHaveLength(4);
  expect(new Set(ordered)).toEqual(new Set(cycle));
});

test('a name in another org is another object', () => {
  const team = change('apply', 'Budget', 'a', 'team', { parent: 'root' });
  const foreign = change('apply', 'Budget', 'b', 'root');
  expect(inOrderOfDependence([team, foreign])).toEqual([team, foreign]);
});

test('two changes of one object both stay, in their order', () => {
  const first = change('apply', 'Budget', 'acme', 'root', { limitTokens: 1 });
  const second = change('apply', 'Budget', 'acme', 'root', { limitTokens: 2 });
  expect(inOrderOfDependence([first, second])).toEqual([first, second]);
});

test.each([
  { why: 'no metadata', manifest: { kind: 'Budget' } },
  { why: 'metadata that is text', manifest: { kind: 'Budget', metadata: 'x' } },
  { why: 'no kind', manifest: {} },
  { why: 'an unknown kind', manifest: { kind: 'Pod', metadata: { name: 'x' } } },
  {
    why: 'a spec that is a list',
    manifest: { kind: 'Agent', metadata: { org: 'a', name: 'x' }, spec: ['x'] },
  },
])('what is malformed keeps its place in the plan, for admission to refuse: $why', ({ manifest }) => {
  const malformed: PlannedChange = { action: 'apply', manifest };
  const agent = change('apply', 'Agent', 'acme', 'x', { budget: 'root' });
  const root = change('apply', 'Budget', 'acme', 'root');
  const ordered = inOrderOfDependence([agent, malformed, root]);
  expect(ordered).toHaveLength(3);
  expect(ordered).toContain(malformed);
  expect(ordered.indexOf(root)).toBeLessThan(ordered.indexOf(agent));
});
