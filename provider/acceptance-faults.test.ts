// The promises of the provider when something goes wrong, checked with the real terraform against a controller that can be
// disturbed: lost answers, waits that do not end, Ctrl-C, and servers that answer nonsense.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type FakeController, startFakeController } from './testing/fake-controller.ts';
import { type InstalledProvider, installProvider } from './testing/installed-provider.ts';
import { budget, isCreate, isDelete, isDryRun, isRead, isUpdate, ROOT } from './testing/one-budget.ts';
import { succeeded } from './testing/succeeded.ts';
import { NO_CHANGES, type Workspace } from './testing/terraform.ts';

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

/** True once, and never again. */
function once(): () => boolean {
  let left = 1;
  return () => left-- > 0;
}

test('a create whose answer is lost is made once, in the same apply', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    const first = once();
    fake.disturb = (seen) => (isCreate(seen) && first() ? 'lose' : undefined);
    succeeded(await workspace.apply());
    const keys = fake.requests.filter(isCreate).map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
  });
});

test('a create whose answers are all lost is found by reading, and kept', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget('timeouts = { create = "1s" }'));
    fake.disturb = (seen) => (isCreate(seen) ? 'lose' : undefined);
    const apply = await workspace.apply();
    expect(apply.exitCode).toBe(1);
    expect((await workspace.state())['lattice_budget.root']).toMatchObject({ tainted: true });
  });
});

test('an update and a delete whose answers are lost succeed in the same apply', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    succeeded(await workspace.apply());
    const [firstUpdate, firstDelete] = [once(), once()];
    fake.disturb = (seen) =>
      (isUpdate(seen) && firstUpdate()) || (isDelete(seen) && firstDelete()) ? 'lose' : undefined;
    await workspace.configure(budget('limit_micro_usd = 2'));
    succeeded(await workspace.apply());
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    succeeded(await workspace.destroy());
    expect(fake.store.objects.size).toBe(0);
  });
});

test('temporalcloud#391: an object that does not become ready in time is kept in the state, and can be replaced', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget('timeouts = { create = "1s" }'));
    fake.store.verdicts.set(ROOT, 'never');
    const apply = await workspace.apply();
    expect(apply.exitCode).toBe(1);
    expect(apply.diagnostics).toMatchObject([{ summary: 'The budget acme/root is not ready' }]);
    expect(apply.diagnostics[0]?.detail).toContain('After 1s');
    expect(apply.diagnostics[0]?.detail).toContain('WorkflowPending. The workflow has not answered yet.');
    const [uid, { tainted } = { tainted: false }] = [
      fake.store.objects.get(ROOT)?.metadata.uid,
      (await workspace.state())['lattice_budget.root'],
    ];
    expect(tainted).toBe(true);

    fake.store.verdicts.delete(ROOT);
    succeeded(await workspace.apply());
    expect(fake.store.objects.get(ROOT)?.metadata.uid).not.toBe(uid);
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
  });
});

test('an update that does not take effect in time is kept as it was written', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    succeeded(await workspace.apply());
    await workspace.configure(budget('limit_micro_usd = 2\n timeouts = { update = "1s" }'));
    fake.store.verdicts.set(ROOT, 'never');
    const apply = await workspace.apply();
    expect(apply.diagnostics).toMatchObject([{ summary: 'The budget acme/root is not ready' }]);
    expect((await workspace.state())['lattice_budget.root']).toMatchObject({
      tainted: false,
      values: { limit_micro_usd: 2 },
    });
    fake.store.verdicts.delete(ROOT);
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
  });
});

test('an error that will not go away ends the wait', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    const stuck = {
      status: 'False',
      reason: 'BackendUnavailable',
      message: 'the disk is full',
      stalled: true,
    } as const;
    fake.store.verdicts.set(
      ROOT,
      Array.from({ length: 50 }, () => stuck),
    );
    const apply = await workspace.apply();
    expect(apply.exitCode).toBe(1);
    expect(apply.diagnostics[0]?.detail).toContain('The disk is full.');
  });
});

test('a deletion that does not end says why, and the object stays in the state', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget('timeouts = { delete = "1s" }'));
    succeeded(await workspace.apply());
    fake.store.undeletable.add(ROOT);
    const destroy = await workspace.destroy();
    expect(destroy.exitCode).toBe(1);
    expect(destroy.diagnostics).toMatchObject([{ summary: 'The budget acme/root is not deleted yet' }]);
    expect(destroy.diagnostics[0]?.detail).toContain('DependentsExist');
    expect(await workspace.state()).toHaveProperty(['lattice_budget.root']);

    fake.store.undeletable.clear();
    succeeded(await workspace.destroy());
  });
});

test('hashicorp/terraform#27814: Ctrl-C during a wait keeps what was created', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    fake.store.verdicts.set(ROOT, 'never');
    const waiting = fake.request(isRead);
    const apply = workspace.start('apply', '-json', '-input=false', '-auto-approve');
    await waiting;
    apply.interrupt();
    const { exitCode, diagnostics } = await apply.finished;
    expect(exitCode).toBe(1);
    expect(diagnostics.map(({ detail }) => detail)).toContainEqual(
      expect.stringMatching(/^Interrupted, and it is stored/),
    );
    expect((await workspace.state())['lattice_budget.root']).toMatchObject({ tainted: true });
  });
});

test('power-platform#310: only the answer NotFound means gone: 403, 500 and a proxy\u2019s 404 are errors', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    succeeded(await workspace.apply());
    for (const status of [403, 404, 500]) {
      fake.disturb = (seen) => (isRead(seen) ? { status, body: '<html>no</html>' } : undefined);
      const plan = await workspace.plan();
      expect(plan.exitCode).toBe(1);
      expect(plan.diagnostics).toMatchObject([{ summary: `The controller refused with status ${status}` }]);
    }
    fake.disturb = () => undefined;
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
  });
});

test('temporalcloud#142: 429, 502, 503, 504 and a dropped connection are tried again', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    const troubles = [...[429, 502, 503, 504].map((status) => ({ status })), 'drop' as const];
    fake.disturb = (seen) => (isDryRun(seen) || isCreate(seen) ? troubles.pop() : undefined);
    succeeded(await workspace.apply());
    expect(troubles).toEqual([]);
  });
});

test('an answer that is not of the API is an error, and no state', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget());
    fake.disturb = (seen) => (isCreate(seen) ? { status: 200, body: '{"kind":"Surprise"}' } : undefined);
    const apply = await workspace.apply();
    expect(apply.diagnostics).toMatchObject([{ summary: 'The controller cannot be understood' }]);
  });
});
