// Which planned changes a dry run carries along.

import { expect, test } from '@jest/globals';
import { resources } from '../../crds/generated/terraform.ts';
import { type Change, createOverlay } from './overlay.ts';

function change(
  kind: 'org' | 'budget' | 'agent',
  org: string,
  name: string,
  spec: Record<string, string> = {},
): Change {
  const definition = resources[`lattice_${kind}`];
  if (definition === undefined) throw new Error(kind);
  const inOrg = definition.scope === 'org' ? { org } : {};
  return {
    action: 'create',
    key: { definition, org: inOrg.org, name },
    manifest: { kind: definition.kind, metadata: { ...inOrg, name }, spec },
    unknown: [],
  };
}

function seenBy(asked: Change, planned: readonly Change[], forgotten: readonly Change[] = []): string[] {
  const overlay = createOverlay();
  for (const each of planned) overlay.record(each);
  for (const each of forgotten) overlay.forget(each.key);
  const { overlay: seen } = JSON.parse(overlay.request(asked));
  return seen.map(({ manifest }: { manifest: { metadata: { name: string } } }) => manifest.metadata.name);
}

const org = change('org', 'acme', 'acme');
const root = change('budget', 'acme', 'root');
const team = change('budget', 'acme', 'team', { parent: 'root' });
const other = change('budget', 'acme', 'other', { parent: 'root' });
const agents = Array.from({ length: 1_000 }, (_, at) =>
  change('agent', 'acme', `a${at}`, { budget: 'team' }),
);
const elsewhere = [change('org', 'else', 'else'), change('budget', 'else', 'team')];

test('a change sees what it mentions, and what that mentions in turn, in the order of the plan', () => {
  const planned = [...elsewhere, org, root, team, other, ...agents.slice(1)];
  expect(seenBy(change('agent', 'acme', 'a0', { budget: 'team' }), planned)).toEqual([
    'acme',
    'root',
    'team',
  ]);
});

test('a change sees what mentions it', () => {
  expect(seenBy(root, [org, team, other])).toEqual(['acme', 'team', 'other']);
});

test('an org does not carry everything that lives in it', () => {
  expect(seenBy(org, [root, ...agents])).toEqual([]);
});

test('a replacement sees its own deletion', () => {
  expect(seenBy(team, [root, { ...team, action: 'delete' }])).toEqual(['root', 'team']);
});

test('what is being applied is seen no more', () => {
  expect(seenBy(team, [org, root], [root])).toEqual(['acme']);
});
