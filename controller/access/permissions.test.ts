import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decide,
  effectivePermissions,
  type Question,
  type Role,
  type RoleBinding,
  type RoleRule,
  type Subject,
} from './permissions.ts';

const rule = (effect: RoleRule['effect'], more: Partial<RoleRule> = {}): RoleRule => ({
  effect,
  verbs: ['*'],
  kinds: ['*'],
  selector: '',
  ...more,
});
const role = (name: string, rules: readonly RoleRule[], inherits: readonly string[] = []): Role => ({
  name,
  inherits,
  rules,
});
const bind = (to: string, roleName: string): RoleBinding => {
  const [type = '', name = ''] = to.split(':');
  return { name: `${roleName}-${name}`, role: roleName, subjects: [{ type: type as Subject['type'], name }] };
};
const alice: Subject = { type: 'user', name: 'alice' };
const update: Question = { verb: 'update', kind: 'Agent', labels: { env: 'prod' } };

const may = (
  roles: readonly Role[],
  bindings: readonly RoleBinding[],
  subject = alice,
  question = update,
): boolean => decide(effectivePermissions(subject, roles, bindings), question).allowed;

const mine = [bind('user:alice', 'r')];

test.each([
  { why: 'no rule', rules: [], allowed: false },
  { why: 'everything', rules: [rule('allow')], allowed: true },
  { why: 'the verb among others', rules: [rule('allow', { verbs: ['get', 'update'] })], allowed: true },
  { why: 'another verb', rules: [rule('allow', { verbs: ['get'] })], allowed: false },
  { why: 'another kind', rules: [rule('allow', { kinds: ['Budget'] })], allowed: false },
  { why: 'labels that match', rules: [rule('allow', { selector: 'env=prod' })], allowed: true },
  { why: 'labels that do not', rules: [rule('allow', { selector: 'env!=prod' })], allowed: false },
  { why: 'denied after allowed', rules: [rule('allow'), rule('deny')], allowed: false },
  { why: 'denied before allowed', rules: [rule('deny'), rule('allow')], allowed: false },
  {
    why: 'a narrow denial in a wide permission',
    rules: [rule('allow'), rule('deny', { verbs: ['update'], selector: 'env in (prod, stage)' })],
    allowed: false,
  },
  {
    why: 'a denial of something else',
    rules: [rule('allow'), rule('deny', { verbs: ['delete'] })],
    allowed: true,
  },
  { why: 'only a denial of something else', rules: [rule('deny', { verbs: ['delete'] })], allowed: false },
  {
    why: 'a selector that cannot be read allows nothing',
    rules: [rule('allow', { selector: '(' })],
    allowed: false,
  },
  {
    why: 'a selector that cannot be read denies everything',
    rules: [rule('allow'), rule('deny', { selector: '(' })],
    allowed: false,
  },
])('deny wins, and what nothing allows is denied: $why', ({ rules, allowed }) => {
  expect(may([role('r', rules)], mine)).toBe(allowed);
});

test.each([
  { why: 'the user', to: 'user:alice', allowed: true },
  { why: 'another user', to: 'user:bob', allowed: false },
  { why: 'a group that the user is in', to: 'group:ops', allowed: true },
  { why: 'a group that the user is not in', to: 'group:dev', allowed: false },
  { why: 'an agent of the same name', to: 'agent:alice', allowed: false },
  { why: 'a group of the same name', to: 'group:alice', allowed: false },
])('a role reaches whom a binding names: $why', ({ to, allowed }) => {
  expect(may([role('r', [rule('allow')])], [bind(to, 'r')], { ...alice, groups: ['ops'] })).toBe(allowed);
});

test.each([
  { why: 'a group', subject: { type: 'group', name: 'ops' } as const, to: 'group:ops' },
  { why: 'an agent', subject: { type: 'agent', name: 'triage' } as const, to: 'agent:triage' },
  {
    why: 'an agent in a group',
    subject: { type: 'agent', name: 'triage', groups: ['ops'] } as const,
    to: 'group:ops',
  },
])('subjects of every type are asked alike: $why', ({ subject, to }) => {
  expect(may([role('r', [rule('allow')])], [bind(to, 'r')], subject)).toBe(true);
});

test('a role that nobody is given means nothing, and so does a binding to no role', () => {
  expect(may([role('r', [rule('allow')])], [])).toBe(false);
  expect(may([], mine)).toBe(false);
});

test('inherited rules count, denials too, and tell the way they came', () => {
  const roles = [
    role('r', [rule('allow')], ['middle']),
    role('middle', [], ['base']),
    role('base', [rule('deny', { verbs: ['delete'] })]),
  ];
  const permissions = effectivePermissions(alice, roles, mine);
  expect(permissions.map(({ effect, origin }) => [effect, origin])).toEqual([
    ['deny', { binding: 'r-alice', subject: 'user:alice', roles: ['r', 'middle', 'base'] }],
    ['allow', { binding: 'r-alice', subject: 'user:alice', roles: ['r'] }],
  ]);
  expect(decide(permissions, { ...update, verb: 'delete' })).toMatchObject({
    allowed: false,
    because: { effect: 'deny', origin: { roles: ['r', 'middle', 'base'] } },
  });
  expect(decide(permissions, update)).toMatchObject({ allowed: true, because: { effect: 'allow' } });
});

test('what no rule speaks of is denied without a reason to name', () => {
  expect(decide([], update)).toEqual({ allowed: false });
});

test.each([
  { why: 'itself', roles: [role('r', [rule('allow')], ['r'])] },
  { why: 'each other', roles: [role('r', [], ['b']), role('b', [rule('allow')], ['r'])] },
  { why: 'a missing one', roles: [role('r', [rule('allow')], ['nowhere'])] },
])('roles that inherit from $why end', ({ roles }) => {
  expect(may(roles, mine)).toBe(true);
});

test('a role that is inherited twice counts once', () => {
  const roles = [
    role('r', [], ['a', 'b']),
    role('a', [], ['c']),
    role('b', [], ['c']),
    role('c', [rule('allow')]),
  ];
  expect(effectivePermissions(alice, roles, mine)).toHaveLength(1);
});

// Small alphabets, so that rules, roles and questions meet each other.
const roleNames = ['a', 'b', 'c', 'd'];
const some = (...texts: string[]) => fc.subarray(texts, { minLength: 1 });
const rules = fc.record({
  effect: fc.constantFrom('allow' as const, 'deny' as const),
  verbs: some('get', 'update', '*'),
  kinds: some('Agent', 'Budget', '*'),
  selector: fc.constantFrom('', 'env=prod', 'env!=prod', '!env', 'env', 'env in (prod,dev),team=x'),
});
const roleSets = fc.tuple(
  ...roleNames.map((name) =>
    fc.record({
      name: fc.constant(name),
      inherits: fc.subarray(roleNames),
      rules: fc.array(rules, { maxLength: 4 }),
    }),
  ),
);
const bindingSets = fc.array(
  fc.record({
    name: fc.constantFrom('one', 'two', 'three'),
    role: fc.constantFrom(...roleNames, 'nowhere'),
    subjects: fc.array(
      fc.record({
        type: fc.constantFrom('user' as const, 'group' as const, 'agent' as const),
        name: fc.constantFrom('alice', 'ops', 'triage'),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  { maxLength: 4 },
);
const subjects = fc.constantFrom<Subject>(
  alice,
  { ...alice, groups: ['ops'] },
  { type: 'group', name: 'ops' },
  { type: 'agent', name: 'triage', groups: ['ops', 'alice'] },
);
const questions = fc.record({
  verb: fc.constantFrom('get', 'update', 'delete'),
  kind: fc.constantFrom('Agent', 'Budget', 'Policy'),
  labels: fc.constantFrom<Record<string, string>>({}, { env: 'prod' }, { env: 'dev', team: 'x' }),
});
const worlds = fc.record({ roles: roleSets, bindings: bindingSets, subject: subjects, question: questions });
const shuffled = <T>(items: readonly T[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });

test('deny wins: what a denial speaks of is never allowed', () => {
  fc.assert(
    fc.property(worlds, ({ roles, bindings, subject, question }) => {
      const permissions = effectivePermissions(subject, roles, bindings);
      const { allowed, because } = decide(permissions, question);
      const each = permissions.map((permission) => decide([permission], question));
      const denied = each.some((one) => one.because?.effect === 'deny');
      const granted = each.some((one) => one.because?.effect === 'allow');
      expect(allowed).toBe(granted && !denied);
      expect(because?.effect).toBe(denied ? 'deny' : granted ? 'allow' : undefined);
    }),
  );
});

test('the order of roles, rules, bindings and subjects makes no difference', () => {
  const pairs = worlds.chain((world) =>
    fc.record({
      world: fc.constant(world),
      roles: fc
        .tuple(
          ...world.roles.map((one) =>
            fc.record({
              name: fc.constant(one.name),
              inherits: shuffled(one.inherits),
              rules: shuffled(one.rules),
            }),
          ),
        )
        .chain(shuffled),
      bindings: fc
        .tuple(
          ...world.bindings.map((one) =>
            fc.record({
              name: fc.constant(one.name),
              role: fc.constant(one.role),
              subjects: shuffled(one.subjects),
            }),
          ),
        )
        .chain(shuffled),
    }),
  );
  fc.assert(
    fc.property(pairs, ({ world: { roles, bindings, subject, question }, ...other }) => {
      const first = effectivePermissions(subject, roles, bindings);
      const second = effectivePermissions(subject, other.roles, other.bindings);
      expect(second).toEqual(first);
      expect(decide(second, question)).toEqual(decide(first, question));
    }),
  );
});

test.each(['allow', 'deny'] as const)('one more %s only ever moves the answer its own way', (effect) => {
  fc.assert(
    fc.property(worlds, rules, fc.nat(), ({ roles, bindings, subject, question }, added, at) => {
      const more = roles.map((one, index) =>
        index === at % roles.length ? { ...one, rules: [...one.rules, { ...added, effect }] } : one,
      );
      const before = may(roles, bindings, subject, question);
      const after = may(more, bindings, subject, question);
      if (effect === 'allow' && before) expect(after).toBe(true);
      if (effect === 'deny' && !before) expect(after).toBe(false);
    }),
  );
});

test('what nobody bound to the subject changes nothing for it', () => {
  fc.assert(
    fc.property(worlds, ({ roles, bindings, subject, question }) => {
      const others = {
        name: 'other',
        role: 'a',
        subjects: [{ type: 'user' as const, name: 'somebody-else' }],
      };
      expect(effectivePermissions(subject, roles, [...bindings, others])).toEqual(
        effectivePermissions(subject, roles, bindings),
      );
      expect(may(roles, [...bindings, others], subject, question)).toBe(
        may(roles, bindings, subject, question),
      );
    }),
  );
});
