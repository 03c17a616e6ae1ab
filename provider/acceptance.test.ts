// The promises of the provider that hold against any controller, checked with the real terraform. They run against a fake
// in this process, or against the controller that LATTICE_TEST_ADDRESS and LATTICE_TEST_TOKEN name.

import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { objectSchema } from '../crds/api.ts';
import { buildMirror, type Mirror } from './build.ts';
import { type FakeController, startFakeController } from './testing/fake-controller.ts';
import { CHANGES, inWorkspace, NO_CHANGES, type Run, type Workspace } from './testing/terraform.ts';

let out = '';
let mirror: Mirror;
let fake: FakeController | undefined;
let environment: Record<string, string> = {};

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'lattice-provider-build-'));
  mirror = await buildMirror({ out });
  const { LATTICE_TEST_ADDRESS: address, LATTICE_TEST_TOKEN: token } = process.env;
  fake = address === undefined ? await startFakeController() : undefined;
  environment = {
    LATTICE_ADDRESS: address ?? fake?.endpoint ?? '',
    LATTICE_TOKEN: token ?? fake?.token ?? '',
  };
});

afterAll(async () => {
  await fake?.close();
  await rm(out, { recursive: true, force: true });
});

/** Its own org each, so that tests do not meet on one controller; destroyed at the end whatever happened. */
async function withOrg(body: (workspace: Workspace, org: string) => Promise<void>): Promise<void> {
  const org = `t${randomBytes(5).toString('hex')}`;
  await inWorkspace({ mirror, environment }, async (workspace) => {
    try {
      await body(workspace, org);
    } finally {
      await workspace.destroy('-refresh=false');
    }
  });
}

function succeeded({ exitCode, output }: Run): void {
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
}

/** Requests over HTTP as any other client would make them: what happens behind Terraform's back. */
async function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return await fetch(`${environment.LATTICE_ADDRESS}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${environment.LATTICE_TOKEN}`,
      'lattice-owner': 'terraform/default',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** Deletes an object behind Terraform's back, and returns when it is gone. */
async function removeElsewhere(path: string): Promise<void> {
  expect((await request('DELETE', path)).status).toBe(202);
  while ((await request('GET', path)).status !== 404) await nextTurn(POLL_MS);
}

const POLL_MS = 50;

const orgAndBudget = (org: string, budget = '') => `
  resource "lattice_org" "it" {
    name = "${org}"
  }
  resource "lattice_budget" "root" {
    org  = lattice_org.it.name
    name = "root"
    ${budget}
  }`;

test('the quickstart applies, plans empty, changes one resource only, and destroys', async () => {
  const example = join(import.meta.dirname, '../examples/terraform/quickstart');
  const files = await Promise.all(
    ['main.tf', 'variables.tf'].map(async (file) => await readFile(join(example, file), 'utf8')),
  );
  // The harness writes the provider block.
  const [hcl = ''] = [files.join('\n').replace(/terraform \{[\s\S]*?\nprovider "lattice" \{\}\n/, '')];
  await withOrg(async (workspace, org) => {
    await workspace.configure(hcl.replace('default     = "acme"', `default     = "${org}"`));
    succeeded(await workspace.apply());
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    const before = await workspace.state();

    const update = await workspace.apply('-var=team_limit_usd=80');
    succeeded(update);
    expect(update.output).toContain('Apply complete! Resources: 0 added, 1 changed, 0 destroyed.');
    const after = await workspace.state();
    expect(after['lattice_budget.support']?.values).toMatchObject({
      limit_micro_usd: 80_000_000,
      uid: before['lattice_budget.support']?.values.uid,
    });
    expect((await workspace.plan('-var=team_limit_usd=80')).exitCode).toBe(NO_CHANGES);

    succeeded(await workspace.destroy('-var=team_limit_usd=80'));
    expect(await workspace.state()).toEqual({});
    expect((await request('GET', `/v1/orgs/${org}`)).status).toBe(404);
  });
});

test('absent, empty and zero stay three things', async () => {
  await withOrg(async (workspace, org) => {
    const cases = [
      ['', { limit_micro_usd: null, labels: null, soft_thresholds_tokens: [] }],
      ['limit_micro_usd = 0\n labels = {}\n soft_thresholds_tokens = []', { limit_micro_usd: 0, labels: {} }],
      [
        'limit_micro_usd = 9007199254740991\n labels = { a = "" }',
        { limit_micro_usd: 9007199254740991, labels: { a: '' } },
      ],
      ['labels = null', { limit_micro_usd: null, labels: null }],
    ] as const;
    for (const [budget, expected] of cases) {
      await workspace.configure(orgAndBudget(org, budget));
      succeeded(await workspace.apply());
      expect((await workspace.state())['lattice_budget.root']?.values).toMatchObject(expected);
      expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    }
  });
});

test('an attribute that is taken out goes back to its default', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org, 'window = "day"\n shadow = true'));
    succeeded(await workspace.apply());
    await workspace.configure(orgAndBudget(org));
    succeeded(await workspace.apply());
    expect((await workspace.state())['lattice_budget.root']?.values).toMatchObject({
      window: 'month',
      shadow: false,
    });
  });
});

test('a change from outside is shown as drift and put right', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org, 'limit_micro_usd = 7'));
    succeeded(await workspace.apply());
    const path = `/v1/orgs/${org}/budgets/root`;
    const found = objectSchema.parse(await (await request('GET', path)).json());
    const manifest = {
      kind: 'Budget',
      metadata: { org, name: 'root', labels: { edited: 'yes' } },
      spec: { limitMicroUsd: 9 },
    };
    const edit = await request('PUT', path, manifest, { 'if-match': `"${found.metadata.resourceVersion}"` });
    expect(edit.status).toBe(200);

    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(CHANGES);
    expect(plan.output).toContain('"type":"resource_drift"');
    succeeded(await workspace.apply());
    expect(await (await request('GET', path)).json()).toMatchObject({
      metadata: { labels: {} },
      spec: { limitMicroUsd: 7 },
    });
  });
});

test('an object that disappears is planned for creation again, with a new uid', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org));
    succeeded(await workspace.apply());
    const before = (await workspace.state())['lattice_budget.root']?.values.uid;
    const path = `/v1/orgs/${org}/budgets/root`;
    await removeElsewhere(path);

    expect((await workspace.plan()).exitCode).toBe(CHANGES);
    succeeded(await workspace.apply());
    expect((await workspace.state())['lattice_budget.root']?.values.uid).not.toBe(before);
  });
});

test('destroy succeeds when the object is gone already', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org));
    succeeded(await workspace.apply());
    const path = `/v1/orgs/${org}/budgets/root`;
    await removeElsewhere(path);
    succeeded(await workspace.destroy('-refresh=false'));
  });
});

test('citrixadc#163: import by id gives the state that apply gave; a missing object and a bad id are errors', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org, 'limit_micro_usd = 5\n labels = { a = "b" }'));
    succeeded(await workspace.apply());
    const before = await workspace.state();
    succeeded(await workspace.run('state', 'rm', 'lattice_budget.root', 'lattice_org.it'));

    succeeded(await workspace.run('import', '-input=false', 'lattice_org.it', org));
    succeeded(await workspace.run('import', '-input=false', 'lattice_budget.root', `${org}/root`));
    expect(await workspace.state()).toEqual(before);
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);

    succeeded(await workspace.run('state', 'rm', 'lattice_budget.root'));
    const missing = await workspace.run('import', '-no-color', 'lattice_budget.root', `${org}/none`);
    expect(missing.output).toContain('Cannot import non-existent remote object');
    const malformed = await workspace.run('import', '-no-color', 'lattice_budget.root', 'root');
    expect(malformed.output).toContain('The import id has the wrong form');
    expect([missing.exitCode, malformed.exitCode]).toEqual([1, 1]);
    succeeded(await workspace.run('import', '-input=false', 'lattice_budget.root', `${org}/root`));
  });
});

test('tailscale#182: an existing object is never taken over by create: the error has the command that does it', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org));
    succeeded(await workspace.apply());
    succeeded(await workspace.run('state', 'rm', 'lattice_budget.root'));
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(1);
    expect(plan.diagnostics).toMatchObject([
      { severity: 'error', summary: 'The object exists already (AlreadyExists)' },
    ]);
    expect(plan.diagnostics[0]?.detail).toContain(`terraform import lattice_budget.NAME ${org}/root`);
    succeeded(await workspace.run('import', '-input=false', 'lattice_budget.root', `${org}/root`));
  });
});

test('an object of another instance can be read and imported, and not changed', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org));
    succeeded(await workspace.apply());
    await workspace.configure(orgAndBudget(org, 'limit_micro_usd = 1'), 'instance = "other"');
    const plan = await workspace.plan();
    expect(plan.diagnostics).toMatchObject([
      { severity: 'error', summary: 'The object is owned by another manager (OwnedByAnother)' },
    ]);
    const destroy = await workspace.destroy();
    expect(destroy.diagnostics[0]?.summary).toBe('The object is owned by another manager (OwnedByAnother)');
    await workspace.configure(orgAndBudget(org));
  });
});

test('values that are known after apply only feed what depends on them', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(`${orgAndBudget(org)}
      resource "lattice_budget" "child" {
        org         = lattice_org.it.id
        name        = "child"
        parent      = lattice_budget.root.name
        annotations = { "root-uid" = lattice_budget.root.uid, note = "n" }
      }`);
    succeeded(await workspace.apply());
    const state = await workspace.state();
    expect(state['lattice_budget.child']?.values).toMatchObject({
      id: `${org}/child`,
      annotations: { 'root-uid': state['lattice_budget.root']?.values.uid, note: 'n' },
    });
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
  });
});

test('avi#606: a new name replaces the object, and what refers to it follows', async () => {
  await withOrg(async (workspace, org) => {
    const named = (name: string) => `
      resource "lattice_org" "it" { name = "${org}" }
      resource "lattice_budget" "root" {
        org  = lattice_org.it.name
        name = "${name}"
        lifecycle { create_before_destroy = true }
      }
      resource "lattice_agent" "a" {
        org    = lattice_org.it.name
        name   = "a"
        budget = lattice_budget.root.name
        model  = { provider = "ollama", name = "m" }
      }`;
    await workspace.configure(named('one'));
    succeeded(await workspace.apply());
    await workspace.configure(named('two'));
    const replaced = await workspace.apply();
    succeeded(replaced);
    expect(replaced.output).toContain('Apply complete! Resources: 1 added, 1 changed, 1 destroyed.');
    expect((await workspace.state())['lattice_agent.a']?.values.budget).toBe('two');
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
  });
});

test('a data source shows the object and what the controller knows about it', async () => {
  await withOrg(async (workspace, org) => {
    const data = `
      data "lattice_budget" "root" {
        org  = lattice_budget.root.org
        name = lattice_budget.root.name
      }
      output "seen" { value = data.lattice_budget.root }`;
    await workspace.configure(orgAndBudget(org, 'limit_micro_usd = 3') + data);
    succeeded(await workspace.apply());
    const { output } = await workspace.run('output', '-json', 'seen');
    expect(JSON.parse(output)).toMatchObject({
      id: `${org}/root`,
      limit_micro_usd: 3,
      labels: {},
      generation: 1,
      owner: { manager: 'terraform', instance: 'default' },
      ready: true,
    });
    expect(JSON.parse(output).conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'True' }),
    );
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);

    await workspace.configure(`${orgAndBudget(org)}
      data "lattice_agent" "none" {
        org  = "${org}"
        name = "none"
      }`);
    const missing = await workspace.plan();
    expect(missing.diagnostics).toMatchObject([
      { severity: 'error', summary: 'The object does not exist (NotFound)', code: 'name = "none"' },
    ]);
  });
});

test('mistakes are found without a controller, on their attributes', async () => {
  await inWorkspace({ mirror, environment: {} }, async (workspace) => {
    await workspace.configure(`
      variable "later" { type = number }
      resource "lattice_budget" "b" {
        org                    = "Not A Name"
        name                   = "b"
        window                 = "year"
        limit_micro_usd        = 0.5
        limit_tokens           = 9007199254740993
        soft_thresholds_tokens = [5, 0]
        soft_thresholds_micro_usd = [var.later]
        timeouts               = { create = "soon" }
      }
      resource "lattice_agent" "a" {
        org    = "acme"
        name   = "a"
        model  = { provider = "ollama", name = "" }
        limits = { max_turns = 0 }
      }`);
    const { output, exitCode } = await workspace.run('validate', '-json');
    expect(exitCode).toBe(1);
    const { diagnostics } = JSON.parse(output);
    const found = diagnostics.map((each: { summary: string; snippet: { code: string } }) => [
      each.summary,
      each.snippet.code.trim().replace(/ +/g, ' '),
    ]);
    const invalid = 'The value is not allowed (InvalidValue)';
    expect(found.sort()).toEqual(
      [
        [invalid, 'org = "Not A Name"'],
        [invalid, 'window = "year"'],
        ['The value has the wrong type (WrongType)', 'limit_micro_usd = 0.5'],
        ['The integer is too large (IntegerTooLarge)', 'limit_tokens = 9007199254740993'],
        [invalid, 'soft_thresholds_tokens = [5, 0]'],
        [invalid, 'timeouts = { create = "soon" }'],
        [invalid, 'model = { provider = "ollama", name = "" }'],
        [invalid, 'limits = { max_turns = 0 }'],
      ].sort(),
    );
  });
});

test('the dry run finds what only the controller can know, on the attribute', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org, 'time_zone = "Mars/Olympus"'));
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(1);
    expect(plan.diagnostics).toMatchObject([
      {
        severity: 'error',
        summary: 'The value is not allowed (InvalidValue)',
        code: 'time_zone = "Mars/Olympus"',
      },
    ]);
  });
});

test('a reference to nothing is a warning at plan, since the apply may create it', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org, 'parent = "nowhere"'));
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(CHANGES);
    expect(plan.diagnostics).toMatchObject([
      {
        severity: 'warning',
        summary: 'A referenced object does not exist (ReferenceNotFound)',
        code: 'parent = "nowhere"',
      },
    ]);
  });
});

test('a reference by literal name, without an order, is waited for', async () => {
  await withOrg(async (workspace, org) => {
    await workspace.configure(`
      resource "lattice_org" "it" { name = "${org}" }
      resource "lattice_agent" "a" {
        org    = "${org}"
        name   = "a"
        budget = "late"
        model  = { provider = "ollama", name = "m" }
      }
      resource "lattice_budget" "late" {
        org  = lattice_org.it.name
        name = "late"
      }`);
    succeeded(await workspace.apply());
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    // Without an order, destroy would wait for the agent's end too; here it does, within the delete timeout.
    succeeded(await workspace.destroy());
  });
});
