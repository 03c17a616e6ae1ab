// What the webhook says of changes, on a real Postgres with real policies, and what it notes.

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Owner } from '../../../crds/api.ts';
import type { Database } from '../../../store/database.ts';
import { markDeleted } from '../../../store/object-writes.ts';
import { startTestDatabase, type TestDatabase } from '../../../store/testing/database.ts';
import { type Caller, verbs } from '../../admission/caller.ts';
import { nothingAllowed } from '../../admission/settings.ts';
import { policyJudge } from '../../policy/judge.ts';
import { policyLibrary } from '../../policy/library.ts';
import { createObject } from '../../write.ts';
import { resourceCache } from '../watch/cache.ts';
import { type Reviewing, review } from './review.ts';
import { CLUSTER, resourceOf, reviewOf, uidOf } from './testing.ts';

let pg: TestDatabase;
let db: Database;
let at: Reviewing;

const rules = `package lattice.policy.rules
deny contains finding if {
  some change in input.changes
  change.after.metadata.labels.forbidden
  finding := {"message": "that label is forbidden", "object": change, "pointer": "/metadata/labels"}
}
deny contains finding if {
  some change in input.changes
  change.action == "delete"
  change.before.metadata.labels.keep
  finding := {"message": "it is kept", "object": change, "pointer": ""}
}`;
const advice = `package lattice.policy.advice
deny contains finding if {
  some change in input.changes
  change.after.metadata.labels.odd
  finding := {"message": "that label is odd", "object": change, "pointer": "/spec"}
}`;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
  const policies = policyJudge(policyLibrary(db));
  const cluster = { id: CLUSTER, cache: resourceCache(() => {}) };
  at = { db, policies, settings: nothingAllowed, authenticated: true, cluster };
  const namespaces = [
    { cluster: CLUSTER, namespace: 'team' },
    { cluster: CLUSTER, namespace: 'team-2' },
  ];
  await stored('Org', 'acme', { spec: { namespaces } });
  await stored('Policy', 'rules', { spec: { rego: rules } });
  await stored('Policy', 'advice', { spec: { rego: advice, enforcement: 'advisory' } });
  await stored('Budget', 'team', {}, ours('team'));
  await stored('Budget', 'kept', { labels: { keep: 'yes' } }, ours('kept'));
  await stored('Budget', 'terraformed', {});
  const leaving = await stored('Budget', 'leaving', {}, ours('leaving'));
  await db.transaction((tx) => markDeleted(tx, leaving.uid));
  const elsewhere = resourceOf('Budget', 'twice', { namespace: 'team-2' });
  await stored('Budget', 'twice', {}, { ...ours('twice'), ref: elsewhere.metadata.uid });
  at.cluster.cache.put(leaving.kind, elsewhere);
  await stored('Budget', 'orphaned', {}, ours('of-a-resource-that-is-gone'));
});

afterAll(async () => {
  await at?.policies.close();
  await pg?.stop();
});

beforeEach(async () => {
  await pg.sql('TRUNCATE kubernetes_requests');
});

const ours = (name: string): Owner => ({ manager: 'kubernetes', instance: CLUSTER, ref: uidOf(name) });

async function stored(
  kind: string,
  name: string,
  { labels = {}, spec = {} }: { labels?: object; spec?: object },
  owner: Owner = { manager: 'terraform', instance: 'main', ref: '' },
) {
  const caller: Caller = { name: 'test', orgs: 'all', verbs, owner };
  const metadata = { name, labels, ...(kind !== 'Org' && { org: 'acme' }) };
  return (await createObject({ db, policies: at.policies }, caller, { kind, metadata, spec })).object;
}

const agent = { model: { provider: 'ollama', name: 'smollm2' } };
type Fields = Readonly<Record<string, unknown>>;
const budget = (name: string, metadata: Fields = {}, spec: object = {}) =>
  resourceOf('Budget', name, metadata, spec);
const adopt = { annotations: { 'lattice.dev/adopt': 'true' } };
const NAMESPACE_CONTROLLER = 'system:serviceaccount:kube-system:namespace-controller';

interface Case {
  readonly why: string;
  readonly ask: ReturnType<typeof reviewOf>;
  /** Codes of errors, then of warnings. */
  readonly says?: readonly [readonly string[], readonly string[]];
  /** Who is noted. */
  readonly notes?: string;
}

const kubectl = 'admin';
const changed = (name: string, before: Fields, after: Fields) =>
  reviewOf('UPDATE', budget(name, after, { limitMicroUsd: 2 }), budget(name, before));

const cases: readonly Case[] = [
  { why: 'what is right is let through', ask: reviewOf('CREATE', budget('new')), notes: kubectl },
  {
    why: 'a dry run notes nothing',
    ask: reviewOf('CREATE', budget('new'), undefined, { dryRun: true }),
  },
  {
    why: 'what a policy refuses is refused',
    ask: reviewOf('CREATE', budget('new', { labels: { forbidden: 'x' } })),
    says: [['PolicyViolation'], []],
  },
  {
    why: 'advice is a warning',
    ask: reviewOf('CREATE', budget('new', { labels: { odd: 'x' } })),
    says: [[], ['PolicyWarning']],
    notes: kubectl,
  },
  {
    why: 'what is missing is waited for',
    ask: reviewOf('CREATE', resourceOf('Agent', 'new', {}, { ...agent, budget: 'missing' })),
    says: [[], ['ReferenceNotFound']],
    notes: kubectl,
  },
  {
    why: 'policies judge what waits, too',
    ask: reviewOf(
      'CREATE',
      resourceOf('Agent', 'new', { labels: { forbidden: 'x' } }, { ...agent, budget: 'missing' }),
    ),
    says: [['PolicyViolation'], ['ReferenceNotFound']],
  },
  {
    why: 'a namespace of no org takes nothing',
    ask: reviewOf('CREATE', budget('new', { namespace: 'stray' })),
    says: [['NamespaceNotMapped'], []],
  },
  {
    why: 'every finding is told',
    ask: reviewOf('CREATE', budget('new', {}, { limitMicroUsd: -1, window: 'P1Z' })),
    says: [['InvalidValue', 'InvalidValue'], []],
  },
  {
    why: 'what others own is refused',
    ask: reviewOf('CREATE', budget('terraformed')),
    says: [['AlreadyExists'], []],
  },
  { why: 'unless it is taken over', ask: reviewOf('CREATE', budget('terraformed', adopt)), notes: kubectl },
  {
    why: 'to let it be taken over is a change',
    ask: reviewOf('UPDATE', budget('terraformed', adopt), budget('terraformed')),
    notes: kubectl,
  },
  {
    why: 'another namespace may have declared the same',
    ask: reviewOf('CREATE', budget('twice')),
    says: [['DeclaredTwice'], []],
  },
  {
    why: 'what a resource of the same name left behind is taken',
    ask: reviewOf('CREATE', budget('orphaned')),
    notes: kubectl,
  },
  {
    why: 'an object that is on its way out is waited for',
    ask: changed('leaving', {}, {}),
    says: [[], ['BeingDeleted']],
    notes: kubectl,
  },
  {
    why: 'notes of tools, other finalizers and our own wishes declare nothing',
    ask: reviewOf(
      'UPDATE',
      budget('terraformed', {
        finalizers: ['x/y'],
        annotations: { 'kubectl.kubernetes.io/a': 'b', 'lattice.dev/paused': 'true' },
      }),
      budget('terraformed'),
    ),
  },
  {
    why: 'what is being deleted can be changed, whatever it says',
    ask: changed('new', { deletionTimestamp: '2026-01-01T00:00:00Z' }, { labels: { forbidden: 'x' } }),
  },
  {
    why: 'a kind of another release is refused',
    ask: { ...reviewOf('CREATE', budget('new')), kind: { group: 'lattice.dev', kind: 'Room' } },
    says: [['UnknownKind'], []],
  },
  { why: 'a deletion is let through', ask: reviewOf('DELETE', undefined, budget('team')), notes: kubectl },
  {
    why: 'a deletion that a policy refuses is refused',
    ask: reviewOf('DELETE', undefined, budget('kept')),
    says: [['PolicyViolation'], []],
  },
  {
    why: 'unless the object stays',
    ask: reviewOf(
      'DELETE',
      undefined,
      budget('kept', { annotations: { 'lattice.dev/deletion-policy': 'Orphan' } }),
    ),
    notes: kubectl,
  },
  {
    why: 'or its namespace goes',
    ask: reviewOf('DELETE', undefined, budget('kept'), { username: NAMESPACE_CONTROLLER }),
    notes: NAMESPACE_CONTROLLER,
  },
  {
    why: 'what stands for nothing can be deleted',
    ask: reviewOf('DELETE', undefined, budget('nothing')),
    notes: kubectl,
  },
  {
    why: 'who asks for a deletion again has not done it',
    ask: reviewOf('DELETE', undefined, budget('team', { deletionTimestamp: '2026-01-01T00:00:00Z' })),
  },
];

test.each(cases)('$why', async ({ ask, says = [[], []], notes }) => {
  const verdict = await review(at, ask);
  const codes = (wanted: string) => verdict.filter(({ level }) => level === wanted).map(({ code }) => code);
  expect([codes('error'), codes('warning')]).toEqual(says);
  const noted = await pg.sql('SELECT username FROM kubernetes_requests');
  expect(noted).toEqual(notes === undefined ? [] : [{ username: notes }]);
});

test.each([
  ['an API server that has shown who it is', true, undefined],
  ['anybody who reaches the port', false, 'Forbidden'],
])('a waiver is approved by the name that %s has sent: %s', async (_who, authenticated, refused) => {
  const waiver = resourceOf(
    'Waiver',
    'once',
    {},
    {
      fingerprint: 'a'.repeat(64),
      approver: 'jane',
      reason: 'it was agreed upon',
      expiresAt: '2999-01-01T00:00:00Z',
    },
  );
  const verdict = await review(
    { ...at, authenticated },
    reviewOf('CREATE', waiver, undefined, { username: 'jane' }),
  );
  expect(verdict.find(({ level }) => level === 'error')?.code).toBe(refused);
});
