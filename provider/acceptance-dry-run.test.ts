// What a plan asks the controller, and what it makes of the answers; and what became of a plan when it is applied. With the real
// terraform, against a controller that can be disturbed.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { finding } from '../crds/findings.ts';
import { type FakeController, startFakeController } from './testing/fake-controller.ts';
import { type InstalledProvider, installProvider } from './testing/installed-provider.ts';
import { budget, isDryRun, ORG, ROOT } from './testing/one-budget.ts';
import { succeeded } from './testing/succeeded.ts';
import { CHANGES, NO_CHANGES, type Workspace } from './testing/terraform.ts';

let provider: InstalledProvider;
let fake: FakeController;

beforeAll(async () => {
  provider = await installProvider();
});
afterAll(() => provider.remove());
beforeEach(async () => {
  fake = await startFakeController();
});
afterEach(() => fake.close());

const withTerraform = (body: (workspace: Workspace) => Promise<void>): Promise<void> =>
  provider.inTerraform({ LATTICE_ADDRESS: fake.endpoint, LATTICE_TOKEN: fake.token }, body);

test('a change between plan and apply is refused, and said plainly', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    succeeded(await workspace.apply());
    await workspace.configure(budget('limit_micro_usd = 2'));
    expect((await workspace.plan('-out=saved')).exitCode).toBe(CHANGES);
    fake.store.edit(ROOT, () => ({ spec: { limitMicroUsd: 5 } }));
    const apply = await workspace.run('apply', '-json', '-input=false', 'saved');
    expect(apply.diagnostics).toMatchObject([
      { severity: 'error', summary: 'The object has changed since it was read (StaleResourceVersion)' },
    ]);
    expect(apply.diagnostics[0]?.detail).toContain('Run terraform plan again');
    expect(fake.store.objects.get(ROOT)?.spec).toEqual({ limitMicroUsd: 5 });

    expect((await workspace.run('plan', '-destroy', '-input=false', '-out=end')).exitCode).toBe(0);
    fake.store.edit(ROOT, () => ({ spec: { limitMicroUsd: 6 } }));
    const destroy = await workspace.run('apply', '-json', '-input=false', 'end');
    expect(destroy.diagnostics[0]?.summary).toContain('StaleResourceVersion');
  });
});

test('a warning of the dry run is shown on its attribute and stops nothing', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget('limit_micro_usd = 2'));
    fake.store.findings = ({ kind }) =>
      kind.name === 'Budget'
        ? [finding('InvalidValue', '/spec/limitMicroUsd', 'that is little', 'warning')]
        : [];
    const apply = await workspace.apply();
    succeeded(apply);
    expect(apply.diagnostics[0]).toMatchObject({
      severity: 'warning',
      summary: 'The value is not allowed (InvalidValue)',
      code: 'limit_micro_usd = 2',
    });
  });
});

test('each dry run sees what the same plan has planned, and a plan without changes asks nothing', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    await workspace.plan();
    const overlays = fake.requests
      .filter(isDryRun)
      .map(({ body }) =>
        JSON.parse(body).overlay.map((change: { manifest: { kind: string } }) => change.manifest.kind),
      );
    expect(overlays).toEqual([[], ['Org']]);

    succeeded(await workspace.apply());
    fake.requests.length = 0;
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    expect(fake.requests.filter(isDryRun)).toEqual([]);
  });
});

test('ory#100: an unknown value is named in the dry run instead of guessed', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget('annotations = { uid = lattice_org.acme.uid }'));
    await workspace.plan();
    const [, request] = fake.requests.filter(isDryRun).map(({ body }) => JSON.parse(body));
    expect(request.changes).toEqual([
      expect.objectContaining({ action: 'create', unknown: ['/metadata/annotations/uid'] }),
    ]);
  });
});

test('a deletion is asked about at plan', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    succeeded(await workspace.apply());
    fake.store.edit(ROOT, ({ metadata }) => ({
      metadata: { ...metadata, owner: { manager: 'git', instance: 'repo', ref: '' } },
    }));
    await workspace.configure(ORG);
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(1);
    expect(plan.diagnostics[0]).toMatchObject({ severity: 'error' });
    expect(plan.diagnostics[0]?.summary).toContain('OwnedByAnother');
  });
});
