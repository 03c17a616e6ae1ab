import { expect, test } from '@jest/globals';
import { type CompileFinding, compile, digestOf } from './index.ts';

async function refusal(rego: string): Promise<Pick<CompileFinding, 'code' | 'message' | 'line' | 'column'>> {
  const result = await compile({ name: 'mine', rego });
  if (result.ok) throw new Error('the policy was accepted');
  const [first] = result.findings;
  if (!first) throw new Error('there is no finding');
  const { code, message, line, column } = first;
  return { code, message, line, column };
}

const module = (body: string) => `package lattice.policy.mine\n\n${body}\n`;

const refused = [
  {
    why: 'does not parse',
    rego: module('deny contains "x" if {'),
    want: { code: 'PolicySyntax', line: 4 },
  },
  {
    why: 'uses a builtin that has an effect',
    rego: module('deny contains "x" if http.send({"method": "get", "url": "http://x"}).body'),
    want: {
      code: 'PolicyBuiltin',
      message: "there is no builtin 'http.send' for policies",
      line: 3,
      column: 22,
    },
  },
  {
    why: 'uses a builtin that is random',
    rego: module('deny contains "x" if rand.intn("x", 5) > 1'),
    want: { code: 'PolicyBuiltin', message: "there is no builtin 'rand.intn' for policies", line: 3 },
  },
  {
    why: 'asks the host',
    rego: module('deny contains "x" if opa.runtime().env.HOME'),
    want: { code: 'PolicyBuiltin', message: "there is no builtin 'opa.runtime' for policies" },
  },
  {
    why: 'calls our stand-in of a builtin by its own name',
    rego: module('deny contains lattice.concatenate("", ["x"]) if true'),
    want: { code: 'PolicyBuiltin' },
  },
  {
    why: 'is of another package',
    rego: 'package lattice.policy.theirs\n\ndeny contains "x" if true\n',
    want: { code: 'PolicyPackage', line: 1, column: 1 },
  },
  {
    why: 'reads another policy',
    rego: module('deny contains "x" if data.lattice.policy.theirs.allow'),
    want: { code: 'PolicyReference', line: 3, column: 22 },
  },
  {
    why: 'imports another policy',
    rego: module('import data.lattice.policy.theirs\n\ndeny contains "x" if theirs.allow'),
    want: { code: 'PolicyReference', line: 3, column: 1 },
  },
  {
    why: 'reads all data',
    rego: module('deny contains "x" if data[_]'),
    want: { code: 'PolicyReference', line: 3, column: 22 },
  },
  {
    why: 'mocks another policy',
    rego: module('deny contains "x" if count(input) == 1 with data.lattice.policy.theirs.allow as true'),
    want: { code: 'PolicyReference', line: 3 },
  },
  { why: 'has no rule', rego: module('allow := true'), want: { code: 'PolicyRules' } },
  { why: 'has a rule that is no set', rego: module('deny := true'), want: { code: 'PolicyRules', line: 3 } },
  {
    why: 'has a rule that is an object',
    rego: module('deny_x[k] := 1 if some k in ["a"]'),
    want: { code: 'PolicyRules' },
  },
  { why: 'has a default for a rule', rego: module('default deny := set()'), want: { code: 'PolicyRules' } },
  {
    why: 'states a level that does not exist',
    rego: `# METADATA\n# title: T\n# custom:\n#   level: severe\n${module('deny contains "x" if true')}`,
    want: {
      code: 'PolicyMetadata',
      message: 'the level "severe" is none of advisory, soft-mandatory, hard-mandatory',
    },
  },
  {
    why: 'calls with wrong types',
    rego: module('deny contains "x" if count(1) == 1'),
    want: { code: 'PolicyInvalid', line: 3 },
  },
  {
    why: 'is recursive',
    rego: module('deny contains "x" if f(1)\n\nf(x) if f(x)'),
    want: { code: 'PolicyInvalid', line: 5 },
  },
  { why: 'is too large', rego: module(`# ${'x'.repeat(300_000)}`), want: { code: 'PolicyTooLarge' } },
  { why: 'is empty', rego: '', want: { code: 'PolicySyntax' } },
  { why: 'is not text of Rego at all', rego: '\0\u{1f600}{{', want: { code: 'PolicySyntax' } },
] as const;

test.each(refused)('a module that $why is refused with its place', async ({ rego, want }) => {
  expect(await refusal(rego)).toMatchObject(want);
});

test('compiling that takes too long or too much memory is refused by name', async () => {
  const source = { name: 'mine', rego: module('deny contains "x" if true') };
  const slow = await compile(source, { timeoutMs: 1 });
  expect(slow).toMatchObject({ ok: false, findings: [{ code: 'PolicyTimeout' }] });
});

test('the same source has the same digest and module, another source another', async () => {
  const source = { name: 'mine', rego: module('deny contains "x" if input.a') };
  const [first, second] = await Promise.all([compile(source), compile(source)]);
  if (!first.ok || !second.ok) throw new Error('refused');
  expect(Buffer.from(first.policy.wasm).equals(second.policy.wasm)).toBe(true);
  expect(first.policy.digest).toBe(digestOf(source));
  expect(digestOf({ ...source, rego: `${source.rego} ` })).not.toBe(first.policy.digest);
  expect(digestOf({ ...source, level: 'advisory' })).not.toBe(first.policy.digest);
});

test('metadata gives title, description, level and remediation, a rule before its package', async () => {
  const result = await compile({
    name: 'mine',
    level: 'advisory',
    rego: `# METADATA
# title: Package
# description: About it.
# custom:
#   remediation: Do it.
${module(`# METADATA
# title: Rule
# custom:
#   level: soft-mandatory
deny_one contains "x" if input.a

deny_two contains "x" if input.a

# METADATA
# custom:
#   level: hard-mandatory
warn contains "x" if input.a`)}`,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  expect(result.policy).toMatchObject({ title: 'Package', description: 'About it.' });
  expect(result.policy.rules).toMatchObject([
    {
      id: 'mine/deny_one',
      level: 'soft-mandatory',
      title: 'Rule',
      description: 'About it.',
      remediation: 'Do it.',
    },
    { id: 'mine/deny_two', level: 'advisory', title: 'Package' },
    { id: 'mine/warn', level: 'advisory' },
  ]);
});
