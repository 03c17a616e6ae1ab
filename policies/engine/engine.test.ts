import { afterAll, expect, test } from '@jest/globals';
import { type CompiledPolicy, compile, type PolicyChange, PolicyEngine, type PolicyInput } from './index.ts';

const engine = new PolicyEngine({ threads: 2, timeoutMs: 1_000, memoryMb: 64 });
afterAll(() => engine.close());

async function policy(name: string, body: string): Promise<CompiledPolicy> {
  const result = await compile({ name, rego: `package lattice.policy.${name}\n\n${body}\n` });
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.policy;
}

const agent = (name: string, spec: Record<string, unknown>, unknown: string[] = []): PolicyChange => ({
  action: 'create',
  kind: 'Agent',
  org: 'acme',
  name,
  before: null,
  after: { metadata: { org: 'acme', name, labels: {}, annotations: {} }, spec },
  unknown,
});

const plan = (...changes: PolicyChange[]): PolicyInput => ({
  actor: { name: 'eve' },
  source: 'http',
  changes,
  refs: {},
  totals: {},
});

const budgeted = `deny contains {"message": sprintf("%s has no budget", [c.name]), "object": c, "pointer": "/spec/budget"} if {
	some c in input.changes
	c.kind == "Agent"
	not c.after.spec.budget
}`;

/** Three loops within each other over a set, in which nothing is allocated. */
const endless =
  'deny contains "x" if {\n\txs := {i | some i in numbers.range(1, 10000)}\n\tsome a in xs\n\tsome b in xs\n\tsome c in xs\n\ta == b\n\tb == c\n\ta != c\n}';

test('a finding names the object, the place, the rule and what to do', async () => {
  const { findings, deferred, digests } = await engine.evaluate(
    [await policy('b', budgeted)],
    plan(agent('a', {}), agent('c', { budget: 'x' })),
  );
  expect(findings).toEqual([
    {
      code: 'PolicyViolation',
      ruleId: 'b/deny',
      level: 'hard-mandatory',
      message: 'a has no budget',
      pointer: '/spec/budget',
      remediation: '',
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      object: { kind: 'Agent', org: 'acme', name: 'a' },
    },
  ]);
  expect(deferred).toEqual([]);
  expect(digests).toHaveLength(1);
});

test('a fingerprint survives another wording and order, and tells rule, object and place apart', async () => {
  const fingerprints = async (body: string, ...changes: PolicyChange[]) =>
    (await engine.evaluate([await policy('b', body)], plan(...changes))).findings.map(
      ({ fingerprint }) => fingerprint,
    );
  const [first] = await fingerprints(budgeted, agent('a', {}));
  expect(await fingerprints(budgeted.replace('has no', 'lacks a'), agent('z', {}), agent('a', {}))).toContain(
    first,
  );
  expect(await fingerprints(budgeted, agent('b', {}))).not.toContain(first);
  expect(await fingerprints(budgeted.replace('/spec/budget"}', '/spec"}'), agent('a', {}))).not.toContain(
    first,
  );
  expect(await fingerprints(budgeted.replace('deny', 'deny_other'), agent('a', {}))).not.toContain(first);
});

test('a rule that reads an unknown is deferred for that change, neither failed nor passed', async () => {
  const b = await policy('b', budgeted);
  const { findings, deferred } = await engine.evaluate(
    [b],
    plan(agent('a', {}, ['/spec/budget']), agent('c', {})),
  );
  expect(deferred).toEqual([
    { ruleId: 'b/deny', object: { kind: 'Agent', org: 'acme', name: 'a' }, pointers: ['/spec/budget'] },
  ]);
  expect(findings.map(({ object }) => object?.name)).toEqual(['c']);
});

test.each([
  { why: 'elsewhere', unknown: '/spec/model', waits: false },
  { why: 'above what is read', unknown: '/spec', waits: true },
  { why: 'below what is read', unknown: '/spec/budget/name', waits: true },
  { why: 'at a name that only begins alike', unknown: '/spec/budgets', waits: false },
])('an unknown $why is waited for: $waits', async ({ unknown, waits }) => {
  const { deferred } = await engine.evaluate([await policy('b', budgeted)], plan(agent('a', {}, [unknown])));
  expect(deferred).toHaveLength(waits ? 1 : 0);
});

test('an unknown of a kind that the rule does not look at is not waited for', async () => {
  const budget = { ...agent('r', {}, ['/spec/budget']), kind: 'Budget' };
  const { deferred } = await engine.evaluate([await policy('b', budgeted)], plan(budget));
  expect(deferred).toEqual([]);
});

test('a rule over the plan as a whole tells nothing while any change that it reads is unknown', async () => {
  const total = await policy(
    'total',
    'deny contains "too much" if sum([c.after.spec.limit | some c in input.changes; c.kind == "Agent"]) > 10',
  );
  const known = await engine.evaluate([total], plan(agent('a', { limit: 6 }), agent('b', { limit: 6 })));
  expect(known.findings).toHaveLength(1);
  const open = await engine.evaluate(
    [total],
    plan(agent('a', { limit: 60 }), agent('b', {}, ['/spec/limit'])),
  );
  expect(open.findings).toEqual([]);
  expect(open.deferred.map(({ object }) => object.name)).toEqual(['b']);
});

test.each([
  { why: 'a number', body: 'deny contains 3 if true' },
  { why: 'an empty text', body: 'deny contains "" if true' },
  { why: 'an object without a message', body: 'deny contains {"msg": "x"} if true' },
  { why: 'a field that is not known', body: 'deny contains {"message": "x", "level": "y"} if true' },
  { why: 'a message that is no text', body: 'deny contains {"message": 12345678901234567890} if true' },
  { why: 'a pointer that is none', body: 'deny contains {"message": "x", "pointer": "spec"} if true' },
  { why: 'an object that is none', body: 'deny contains {"message": "x", "object": "Agent"} if true' },
])('a rule that returns $why is a finding, not a crash', async ({ body }) => {
  const { findings } = await engine.evaluate([await policy('shape', body)], plan(agent('a', {})));
  expect(findings).toMatchObject([
    { code: 'PolicyWrongShape', ruleId: 'shape/deny', level: 'hard-mandatory' },
  ]);
  expect(findings[0]?.message).toMatch(/^rule 'shape\/deny' returned .*, expected a set of /);
});

test('a policy that loops for ever, one that needs a gigabyte and one that fails are named, and stop nobody else', async () => {
  const greedy =
    'deny contains "x" if count(regex.find_n(".", sprintf("%900000d%900000d%900000d%900000d", [1, 2, 3, 4]), -1)) > input.n';
  const inHost = 'deny contains "x" if count(numbers.range_step(1, 1000000000, 1)) > 0';
  const failing = 'deny contains "x" if value\n\nvalue := 1 if input.source\n\nvalue := 2 if input.actor';
  const good = await policy('b', budgeted);
  const bad = await Promise.all([
    policy('endless', endless),
    policy('greedy', greedy),
    policy('inhost', inHost),
    policy('failing', failing),
  ]);
  const patient = new PolicyEngine({ threads: 1, timeoutMs: 3_000, memoryMb: 64 });
  try {
    const { findings } = await patient.evaluate([good, ...bad, good], plan(agent('a', {})));
    expect(findings.map(({ code, ruleId }) => [code, ruleId])).toEqual([
      ['PolicyViolation', 'b/deny'],
      ['PolicyTimeout', 'endless'],
      ['PolicyOutOfMemory', 'greedy'],
      ['PolicyOutOfMemory', 'inhost'],
      ['PolicyFailed', 'failing'],
      ['PolicyViolation', 'b/deny'],
    ]);
    const after = await patient.evaluate([good], plan(agent('a', {})));
    expect(after.findings).toHaveLength(1);
  } finally {
    await patient.close();
  }
});

test('while one evaluation loops, others go on, and closing ends it', async () => {
  const looping = await policy('looping', endless);
  const good = await policy('b', budgeted);
  const patient = new PolicyEngine({ threads: 2, timeoutMs: 600_000 });
  const slow = patient.evaluate([looping], plan(agent('a', {})));
  const { findings } = await patient.evaluate([good], plan(agent('a', {})));
  expect(findings).toHaveLength(1);
  await Promise.all([patient.close(), expect(slow).rejects.toThrow('closed')]);
});

test('a regular expression that explodes elsewhere ends here', async () => {
  const rego =
    'deny contains "matched" if regex.replace(input.actor.text, "(a|aa)+$", "") != input.actor.text\n\ndeny contains "too" if regex.match("^(a+)+$", input.actor.text)';
  const input = { ...plan(agent('a', {})), actor: { text: `${'a'.repeat(20_000)}!` } };
  expect((await engine.evaluate([await policy('regex', rego)], input)).findings).toEqual([]);
});

test('the time is the caller’s, and the same throughout', async () => {
  const clock = await policy(
    'clock',
    'deny contains time.format(time.now_ns()) if time.now_ns() == time.now_ns()',
  );
  const said = async (nowNs: bigint) =>
    (await engine.evaluate([clock], plan(agent('a', {})), { nowNs })).findings.map(({ message }) => message);
  expect(await said(1_708_948_245_123_456_789n)).toEqual(['2024-02-26T11:50:45.123456789Z']);
  expect(await said(0n)).toEqual(['1970-01-01T00:00:00Z']);
});

test('integers beyond 2^53 reach a policy as they are, and what JSON cannot hold is refused by name', async () => {
  const exact = await policy('exact', 'deny contains sprintf("%d", [input.actor.n + 1]) if true');
  const input = { ...plan(agent('a', {})), actor: { n: 9_007_199_254_740_993n } };
  expect((await engine.evaluate([exact], input)).findings.map(({ message }) => message)).toEqual([
    '9007199254740994',
  ]);
  await expect(engine.evaluate([exact], { ...input, actor: { n: Number.NaN } })).rejects.toThrow(
    "NaN at '/actor/n'",
  );
});

test('without policies there is nothing to say, and after close nothing is evaluated', async () => {
  const own = new PolicyEngine({ threads: 1 });
  expect(await own.evaluate([], plan(agent('a', {})))).toEqual({ findings: [], deferred: [], digests: [] });
  await own.close();
  await expect(own.evaluate([await policy('b', budgeted)], plan(agent('a', {})))).rejects.toThrow('closed');
});
