// What happens behind Terraform's back, and what is not Terraform's yet or belongs to another: with the real terraform, against any
// controller.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { objectSchema } from '../crds/api.ts';
import { type AnyController, anyController, orgAndBudget } from './testing/any-controller.ts';
import { succeeded } from './testing/succeeded.ts';
import { CHANGES, NO_CHANGES } from './testing/terraform.ts';

let controller: AnyController;

beforeAll(async () => {
  controller = await anyController();
});

afterAll(() => controller.close());

test('a change from outside is shown as drift and put right', async () => {
  await controller.withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org, 'limit_micro_usd = 7'));
    succeeded(await workspace.apply());
    const path = `/v1/orgs/${org}/budgets/root`;
    const found = objectSchema.parse(await (await controller.request('GET', path)).json());
    const manifest = {
      kind: 'Budget',
      metadata: { org, name: 'root', labels: { edited: 'yes' } },
      spec: { limitMicroUsd: 9 },
    };
    const edit = await controller.request('PUT', path, manifest, {
      'if-match': `"${found.metadata.resourceVersion}"`,
    });
    expect(edit.status).toBe(200);

    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(CHANGES);
    expect(plan.output).toContain('"type":"resource_drift"');
    succeeded(await workspace.apply());
    expect(await (await controller.request('GET', path)).json()).toMatchObject({
      metadata: { labels: {} },
      spec: { limitMicroUsd: 7 },
    });
  });
});

test('an object that disappears is planned for creation again, with a new uid', async () => {
  await controller.withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org));
    succeeded(await workspace.apply());
    const before = (await workspace.state())['lattice_budget.root']?.values.uid;
    const path = `/v1/orgs/${org}/budgets/root`;
    await controller.removeElsewhere(path);

    expect((await workspace.plan()).exitCode).toBe(CHANGES);
    succeeded(await workspace.apply());
    expect((await workspace.state())['lattice_budget.root']?.values.uid).not.toBe(before);
  });
});

test('destroy succeeds when the object is gone already', async () => {
  await controller.withOrg(async (workspace, org) => {
    await workspace.configure(orgAndBudget(org));
    succeeded(await workspace.apply());
    const path = `/v1/orgs/${org}/budgets/root`;
    await controller.removeElsewhere(path);
    succeeded(await workspace.destroy('-refresh=false'));
  });
});

test('citrixadc#163: import by id gives the state that apply gave; a missing object and a bad id are errors', async () => {
  await controller.withOrg(async (workspace, org) => {
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
  await controller.withOrg(async (workspace, org) => {
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
  await controller.withOrg(async (workspace, org) => {
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
