// Who is looked at again when an object comes or goes.

import { expect, test } from '@jest/globals';
import type { ErrorCode } from '../../../crds/errors.ts';
import { LatticeError } from '../../../crds/findings.ts';
import { kindNamed } from '../../../crds/kinds.ts';
import { resourceSchema } from '../api/resource.ts';
import { type WaitingList, waitingList } from './waiting.ts';

const kind = kindNamed('Agent');
if (kind === undefined) throw new Error('there is no kind Agent');
const agent = resourceSchema.parse({
  metadata: { name: 'triage', namespace: 'team', uid: 'u1', resourceVersion: '1' },
  spec: { budget: 'root' },
});

function refusedFor(code: ErrorCode, org: string | undefined = 'acme'): WaitingList {
  if (kind === undefined) throw new Error('there is no kind Agent');
  const list = waitingList();
  list.wait('key', kind, agent, org, new LatticeError(code, ''));
  return list;
}

test.each<{ code: ErrorCode; org?: string; called: readonly [kind: string, org: string, name: string] }>([
  { code: 'ReferenceNotFound', called: ['Budget', 'acme', 'root'] },
  { code: 'DeclaredTwice', called: ['Agent', 'acme', 'triage'] },
  { code: 'BeingDeleted', called: ['Agent', 'acme', 'triage'] },
  { code: 'AlreadyExists', called: ['Agent', 'acme', 'triage'] },
  { code: 'NamespaceNotMapped', called: ['Org', 'any', 'any'] },
  { code: 'NamespaceMappedTwice', called: ['Org', 'any', 'any'] },
  { code: 'OrgChanged', called: ['Org', 'any', 'any'] },
])('who is refused for $code is called once, by what may settle it', ({ code, called }) => {
  const [kind, org, name] = called;
  const list = refusedFor(code);
  expect(list.called({ kind: 'Budget', org: 'acme', name: 'other' })).toEqual([]);
  expect(list.called({ kind, org, name })).toEqual(['key']);
  expect(list.called({ kind, org, name })).toEqual([]);
});

test('who is refused for what no other object can settle is called by none', () => {
  const list = refusedFor('InvalidValue');
  for (const kind of ['Agent', 'Budget', 'Org'])
    expect(list.called({ kind, org: 'acme', name: 'triage' })).toEqual([]);
});
