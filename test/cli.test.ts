// The command as a person uses it: what it prints, where, and with which exit code.

import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { nodeFlags } from '../cli/node-flags.js';
import { objectSchema } from '../crds/api.ts';
import { apiOf } from './support/api.ts';
import { lattice, runNode } from './support/cli.ts';
import { cleanEnvironment, removeFolder, temporaryFolder } from './support/dev.ts';
import { events } from './support/ledger.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let folder: string;

beforeAll(async () => {
  world = await sharedWorld();
  folder = await temporaryFolder();
});

afterAll(async () => {
  await world.close();
  await removeFolder(folder);
});

const run = (...args: string[]) => lattice(world.state, args);

async function file(name: string, ...documents: object[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, documents.map((document) => stringify(document)).join('---\n'));
  return path;
}

/** An org with a budget tree and an agent, in an order in which nothing could be created. */
function manifests(org: string, spec: object = {}): object[] {
  return [
    {
      kind: 'Agent',
      metadata: { org, name: 'one' },
      spec: { model: { provider: 'ollama', name: 'smollm2' }, budget: 'team' },
    },
    { kind: 'Budget', metadata: { org, name: 'team' }, spec: { parent: 'root', limitMicroUsd: 5, ...spec } },
    { kind: 'Budget', metadata: { org, name: 'root' }, spec: { limitMicroUsd: 10 } },
    { kind: 'Org', metadata: { name: org } },
  ];
}

test('plan, apply, plan again, change, get, delete: in whatever order the manifests stand', async () => {
  const org = uniqueName('cli');
  const path = await file('all.yaml', ...manifests(org));

  const planned = await run('plan', '-f', path);
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  expect(planned.stdout).toContain(`+ agent ${org}/one\n`);
  expect(planned.stdout).toContain('4 to create, 0 to update, 0 to delete, 0 unchanged');
  expect(await world.sql('SELECT * FROM objects WHERE org = $1', [org])).toEqual([]);

  expect(await run('apply', '-f', path)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('applied: 4 to create'),
  });
  expect((await run('plan', '-f', path)).stdout).toContain(
    '0 to create, 0 to update, 0 to delete, 4 unchanged',
  );

  const changed = await file('changed.yaml', ...manifests(org, { limitMicroUsd: 7 }));
  expect((await run('plan', '-f', changed)).stdout).toContain(
    `~ budget ${org}/team\n    /spec/limitMicroUsd: 5 -> 7\n`,
  );
  const before = (await events(world, org)).length;
  expect((await run('apply', '-f', changed)).code).toBe(0);
  expect((await events(world, org)).slice(before).map(({ name }) => name)).toEqual(['team', 'team']);

  const { stdout } = await run('get', 'agents', org);
  expect(stdout).toMatch(
    /^NAME\s+READY\s+STATUS\s+MODEL\s+BUDGET\s+STATE\s+OWNER\none\s+True\s+Running\s+smollm2\s+team\s+running\s+api\/dev\n$/,
  );
  const json = await run('get', 'budget', `${org}/team`, '--json');
  expect(objectSchema.parse(JSON.parse(json.stdout))).toMatchObject({
    spec: { limitMicroUsd: 7 },
    metadata: { generation: 2 },
  });

  expect(await run('delete', 'agent', `${org}/one`)).toMatchObject({
    code: 0,
    stdout: `deleted agent ${org}/one\n`,
  });
  const waiting = await run('delete', 'budget', `${org}/root`, '--timeout', '1');
  expect(waiting).toMatchObject({ code: 1, stderr: expect.stringContaining(`DependentsExist`) });
  expect(waiting.stderr).toContain(`budget ${org}/team`);
  expect((await run('delete', 'budget', `${org}/team`)).code).toBe(0);
  expect((await run('delete', 'org', org)).code).toBe(0);
  expect(await world.sql('SELECT * FROM objects WHERE org = $1', [org])).toEqual([]);
});

test('a set with one wrong manifest changes nothing, and says file, line, field and code', async () => {
  const org = uniqueName('cli');
  const path = await file('wrong.yaml', ...manifests(org, { limitMicroUsd: 11 }));
  const ran = await run('apply', '-f', path);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(
    /error BudgetExceedsParent at .*wrong\.yaml:\d+ \/spec\/limitMicroUsd: .*is 11.*allows 10/,
  );
  expect(ran.stderr).toContain('nothing was changed');
  expect(await world.sql('SELECT * FROM objects WHERE org = $1', [org])).toEqual([]);
});

test.each([
  ['YAML that does not parse', 'kind: [', /bad\.yaml:\d+:\d+: /],
  ['a key that stands twice', 'kind: Org\nkind: Org\n', /bad\.yaml:2:1: the key stands twice/],
  [
    '2^53+1',
    'kind: Budget\nmetadata: {org: a, name: b}\nspec: {limitMicroUsd: 9007199254740993}\n',
    /\/spec\/limitMicroUsd: IntegerTooLarge/,
  ],
  ['no mapping', '- a\n', /bad\.yaml:1: a manifest is a mapping/],
  ['nothing', '', /there is no manifest/],
  ['only separators', '---\n---\n', /there is no manifest/],
])('a file with %s is refused with its place', async (_what, text, says) => {
  const path = join(folder, 'bad.yaml');
  await writeFile(path, text);
  const ran = await run('plan', '-f', path);
  expect([ran.code, ran.stdout]).toEqual([1, '']);
  expect(ran.stderr).toMatch(says);
});

test('an unknown kind is a finding of the plan', async () => {
  const ran = await run(
    'plan',
    '-f',
    await file('kind.yaml', { kind: 'Robot', metadata: { org: 'a', name: 'b' } }),
  );
  expect(ran.code).toBe(1);
  expect(ran.stdout).toMatch(/UnknownKind.*there is no such kind; the kinds are Org, .*Agent/);
});

test('a manifest can come from standard input', async () => {
  const org = uniqueName('cli');
  const ran = await lattice(
    world.state,
    ['apply', '-f', '-'],
    stringify({ kind: 'Org', metadata: { name: org } }),
  );
  expect(ran.code).toBe(0);
  expect((await apiOf(world.state).get(`/v1/orgs/${org}`)).metadata.name).toBe(org);
});

test.each([
  [['get', 'robots', 'x'], /"robots" is not a kind; the kinds are org, .*agent/],
  [['get', 'agent'], /name the org/],
  [['get', 'agent', 'nobody/nothing'], /does not exist|Forbidden/],
  [['delete', 'agent', 'no-slash'], /name a agent as org\/name|as org\/name/],
  [['delete', 'org', 'nobody-has-this'], /NotFound: org nobody-has-this does not exist/],
  [['apply', '-f', '/nowhere'], /no such file/],
  [['apply'], /required option '-f, --file/],
])('%j says what is wrong and exits 1', async (args, says) => {
  const ran = await run(...args);
  expect([ran.code, ran.stdout]).toEqual([1, '']);
  expect(ran.stderr).toMatch(says);
});

test('a controller that is not there, a token that is wrong and an address that leaks are each said', async () => {
  const nobody = await lattice({ address: 'http://127.0.0.1:9', token: 'x' }, ['get', 'org']);
  expect(nobody.stderr).toMatch(/the controller at http:\/\/127\.0\.0\.1:9 does not answer/);
  const wrong = await lattice({ address: world.state.address, token: 'wrong-token' }, ['get', 'org']);
  expect(wrong.stderr).toMatch(/^Unauthenticated: /);
  expect(wrong.stderr).not.toContain('wrong-token');
  const leaking = await lattice({ address: 'http://example.com', token: 'x' }, ['get', 'org']);
  expect(leaking.stderr).toMatch(/plain HTTP off loopback/);
});

test('the state folder of lattice dev is enough to find the controller, and nobody else can read its token', async () => {
  const state = process.env.LATTICE_TEST_STATE ?? '';
  const launcher = join(import.meta.dirname, '../cli/lattice.js');
  const ran = await runNode([launcher, 'get', 'org', '--state', state], cleanEnvironment());
  expect(ran.code).toBe(0);
  for (const name of ['dev.json', 'env', 'tokens.yaml', 'postgres.password'])
    expect((await stat(join(state, name))).mode & 0o077).toBe(0);
  for (const log of ['controller.log', 'worker.log'])
    expect(await readFile(join(state, 'logs', log), 'utf8')).not.toContain(world.state.token);
});

test('migrate says when there is nothing to do', async () => {
  const ran = await run('migrate', '--database-url', world.state.databaseUrl);
  expect(ran).toMatchObject({ code: 0, stdout: 'the database is up to date\n' });
});

test.each([
  ['no tokens file', {}, /tokensFile is not set/],
  [
    'plain HTTP off loopback',
    { LATTICE_LISTEN_HOST: '0.0.0.0' },
    /listenHost 0\.0\.0\.0 is not a loopback address/,
  ],
  [
    'a setting of the wrong type',
    { LATTICE_SWEEP_INTERVAL_MS: 'soon' },
    /sweepIntervalMs \(--sweep-interval-ms, LATTICE_SWEEP_INTERVAL_MS\)/,
  ],
])('a controller with %s does not start', async (_what, settings, says) => {
  const main = join(import.meta.dirname, '../cli/main.ts');
  const env = { ...cleanEnvironment(), LATTICE_DATABASE_URL: world.state.databaseUrl, ...settings };
  const ran = await runNode([...nodeFlags, main, 'controller'], env);
  expect([ran.code, ran.stdout]).toEqual([1, '']);
  expect(ran.stderr).toMatch(says);
  expect(ran.stderr).not.toContain(new URL(world.state.databaseUrl).password);
});

test('a policy is written, checked, tested, evaluated and put in force', async () => {
  const rules = join(folder, 'rules');
  expect((await run('policy', 'new', 'has-budget', '--folder', rules)).code).toBe(0);
  expect(await run('policy', 'new', 'has-budget', '--folder', rules)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('exists already'),
  });
  expect((await run('policy', 'check', rules)).stdout).toContain('has-budget/deny');
  expect(await run('policy', 'test', rules)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('PASS: 2/2'),
  });

  const change = {
    action: 'create',
    kind: 'Agent',
    org: 'a',
    name: 'b',
    before: null,
    after: { spec: {} },
    unknown: [],
  };
  const input = join(folder, 'input.json');
  await writeFile(
    input,
    JSON.stringify({ actor: {}, source: 'test', changes: [change], refs: {}, totals: {} }),
  );
  const judged = await run('policy', 'eval', rules, '--input', input);
  expect(judged.code).toBe(1);
  expect(JSON.parse(judged.stdout).findings).toMatchObject([
    { ruleId: 'has-budget/deny', pointer: '/spec/budget' },
  ]);
  expect(
    (await run('policy', 'build', join(rules, 'has_budget.rego'), '--out', join(folder, 'built'))).stdout,
  ).toMatch(/^[0-9a-f]{64}\n$/);

  const org = uniqueName('push');
  const pushed = await run('policy', 'push', rules, '--org', org);
  expect(pushed).toMatchObject({ code: 0, stdout: `created policy ${org}/has-budget\n` });
  const agent = {
    kind: 'Agent',
    metadata: { org, name: 'one' },
    spec: { model: { provider: 'ollama', name: 'm' } },
  };
  const planned = await run('plan', '-f', await file('one.yaml', agent));
  expect(planned.code).toBe(1);
  expect(planned.stdout).toMatch(/error PolicyViolation .*the agent has no budget/);
});

test('a policy file that does not compile is said by file, line and column', async () => {
  const path = join(folder, 'wrong.rego');
  await writeFile(path, 'package lattice.policy.wrong\n\ndeny contains {\n');
  const ran = await run('policy', 'check', path);
  expect([ran.code, ran.stdout]).toEqual([1, '']);
  expect(ran.stderr).toMatch(/wrong\.rego:\d+:\d+: Policy\w+: /);
});
