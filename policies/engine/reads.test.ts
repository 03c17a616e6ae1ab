import { expect, test } from '@jest/globals';
import { compile } from './index.ts';

async function readsOf(body: string): Promise<{ scope: string; reads: string[] }> {
  const result = await compile({ name: 'mine', rego: `package lattice.policy.mine\n\n${body}\n` });
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  const [rule] = result.policy.rules;
  if (!rule) throw new Error('there is no rule');
  const reads = rule.reads.map(({ path, kinds }) => path.join('.') + (kinds ? ` of ${kinds.join()}` : ''));
  return {
    scope: rule.scope,
    reads: reads.filter((read) => !/^changes\.\*\.(kind|name|org|action)/.test(read)),
  };
}

const finding = 'deny contains {"message": "m", "object": c} if';

test.each([
  {
    why: 'a path of a change, only of the kind tested for',
    body: `${finding} { some c in input.changes; c.kind == "Agent"; not c.after.spec.budget }`,
    want: { scope: 'change', reads: ['changes.*.after.spec.budget of Agent'] },
  },
  {
    why: 'a change by its index',
    body: 'deny contains {"message": "m", "object": input.changes[i]} if { input.changes[i].after.spec.a > input.changes[i].after.spec.b }',
    want: { scope: 'change', reads: ['changes.*.after.spec.a', 'changes.*.after.spec.b'] },
  },
  {
    why: 'a helper set and a set of kinds',
    body: `${finding} { some c in agents; c.after.spec.x }\n\nagents contains c if { some c in input.changes; c.kind in kinds }\n\nkinds := {"Agent", "Budget"}`,
    want: { scope: 'change', reads: ['changes.*.after.spec.x of Agent,Budget'] },
  },
  {
    why: 'an array comprehension, by the package path',
    body: `${finding} { c := data.lattice.policy.mine.all[_]; c.after.spec.x }\n\nall := [c | some c in input.changes; c.kind == "Agent"]`,
    want: { scope: 'change', reads: ['changes.*.after.spec.x of Agent'] },
  },
  {
    why: 'functions of several definitions, object.get and a key that is not known',
    body: `${finding} { some c in input.changes; bad(c) }\n\nbad(c) if { c.kind == "Agent"; "*" in object.get(c.after, ["spec", "tools"], []) }\n\nbad(c) if { labels := c.after.metadata.labels; labels[c.name] }`,
    want: {
      scope: 'change',
      reads: ['changes.*.after.metadata.labels.*', 'changes.*.after.spec.tools of Agent'],
    },
  },
  {
    why: 'else branches, which are not limited by the first one',
    body: `${finding} { some c in input.changes; f(c) > 1 }\n\nf(c) := 1 if c.kind == "Agent"\nelse := c.after.spec.x`,
    want: { scope: 'change', reads: ['changes.*.after.spec.x'] },
  },
  {
    why: 'a negated test of the kind limits nothing',
    body: `${finding} { some c in input.changes; not c.kind == "Agent"; c.after.spec.x }`,
    want: { scope: 'change', reads: ['changes.*.after.spec.x'] },
  },
  {
    why: 'every, walk and template strings',
    body: 'deny contains {"message": $"{c.after.spec.name}", "object": c} if { some c in input.changes; every v in c.after.spec.env { v != "" }; walk(c.after.spec.deep, [_, "x"]) }',
    want: {
      scope: 'change',
      reads: ['changes.*.after.spec.deep', 'changes.*.after.spec.env.*', 'changes.*.after.spec.name'],
    },
  },
  {
    why: 'patterns',
    body: `${finding} { some c in input.changes; {"spec": {"a": x}} = c.after; [y, _] := [x, c.after.spec.b]; y == 1 }`,
    want: { scope: 'change', reads: ['changes.*.after.spec.a', 'changes.*.after.spec.b'] },
  },
  {
    why: 'the values of with',
    body: `${finding} { some c in input.changes; helper with input.actor as c.after.spec.who }\n\nhelper if input.actor`,
    want: { scope: 'change', reads: ['actor', 'changes.*.after.spec.who'] },
  },
  {
    why: 'nothing of what is known: kind, name and what was before',
    body: `${finding} { some c in input.changes; c.before.spec.x; c.name == "y" }`,
    want: { scope: 'change', reads: ['changes.*.before.spec.x'] },
  },
  {
    why: 'a helper set of two definitions',
    body: `${finding} { some c in both; c.after.spec.x }\n\nboth contains c if { some c in input.changes; c.kind == "Agent" }\n\nboth contains c if { some c in input.changes; c.kind == "Budget"; c.after.spec.y }`,
    want: {
      scope: 'change',
      reads: ['changes.*.after.spec.x of Agent,Budget', 'changes.*.after.spec.y of Budget'],
    },
  },
  {
    why: 'imports of the input, with and without another name',
    body: `import input.changes\nimport input.changes as all\n\n${finding} { some i, c in changes; all[i].after.spec.x; c.kind == "Agent" }`,
    want: { scope: 'change', reads: ['changes.*.after.spec.x of Agent'] },
  },
  {
    why: 'an index that hides another one',
    body: 'deny contains {"message": "m", "object": input.changes[i]} if { some i, _ in input.changes; count([1 | some i, _ in input.changes; input.changes[i].after.spec.x]) > 1 }',
    want: { scope: 'plan', reads: ['changes.*.after.spec.x'] },
  },
  {
    why: 'a rule that is replaced',
    body: `${finding} { some c in input.changes; f(c) with kinds as {"Budget"} }\n\nf(c) if { c.kind in kinds; c.after.spec.x }\n\nkinds := {"Agent"}`,
    want: { scope: 'plan', reads: [''] },
  },
  {
    why: 'a variable whose kind is tested for, but that can be another change too',
    body: `${finding} { some c in input.changes; some d in input.changes; f(c); f(d) }\n\nf(c) if { k := c.kind; k == "Agent"; c.after.spec.x }`,
    want: { scope: 'plan', reads: ['changes.*.after.spec.x of Agent'] },
  },
  {
    why: 'two changes beside each other',
    body: `${finding} { some c in input.changes; some d in input.changes; c.after.spec.x == d.after.spec.x; c.name != d.name }`,
    want: { scope: 'plan', reads: ['changes.*.after.spec.x'] },
  },
  {
    why: 'a sum over all changes',
    body: `${finding} { some c in input.changes; sum([d.after.spec.x | some d in input.changes]) > 1 }`,
    want: { scope: 'plan', reads: ['changes.*.after.spec.x'] },
  },
  {
    why: 'another change than the one that it names',
    body: 'deny contains {"message": "m", "object": input.changes[0]} if { some c in input.changes; c.after.spec.x }',
    want: { scope: 'plan', reads: ['changes.*.after.spec.x'] },
  },
  {
    why: 'no object at all',
    body: 'deny contains "m" if { some c in input.changes; c.after.spec.x }',
    want: { scope: 'plan', reads: ['changes.*.after.spec.x'] },
  },
  {
    why: 'the changes as a whole',
    body: 'deny contains "m" if count(input.changes) > 3',
    want: { scope: 'plan', reads: ['changes'] },
  },
  {
    why: 'a part of the input that is not known',
    body: 'deny contains "m" if input[input.source]',
    want: { scope: 'plan', reads: ['*', 'source'] },
  },
])('reads: $why', async ({ body, want }) => {
  expect(await readsOf(body)).toEqual(want);
});
