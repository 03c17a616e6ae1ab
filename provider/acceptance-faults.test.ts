// The promises of the provider when something goes wrong, checked with the real terraform against a controller that can be
// disturbed: lost answers, waits that do not end, Ctrl-C, changes in between, and servers that answer nonsense.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { finding } from '../crds/findings.ts';
import { buildMirror, type Mirror } from './build.ts';
import { type FakeController, type Seen, startFakeController } from './testing/fake-controller.ts';
import { startProgram } from './testing/program.ts';
import {
  CHANGES,
  inWorkspace,
  NO_CHANGES,
  type Run,
  stateText,
  type Workspace,
} from './testing/terraform.ts';

let out = '';
let mirror: Mirror;
let fake: FakeController;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'lattice-provider-build-'));
  mirror = await buildMirror({ out });
});

afterAll(async () => {
  await rm(out, { recursive: true, force: true });
});

beforeEach(async () => {
  fake = await startFakeController();
});

afterEach(async () => {
  await fake.close();
});

async function withTerraform(
  body: (workspace: Workspace) => Promise<void>,
  environment: Record<string, string> = {},
): Promise<void> {
  const known = { LATTICE_ADDRESS: fake.endpoint, LATTICE_TOKEN: fake.token };
  await inWorkspace({ mirror, environment: { ...known, ...environment } }, body);
}

const ORG = 'resource "lattice_org" "acme" { name = "acme" }';
const budget = (rest = ''): string => `${ORG}
  resource "lattice_budget" "root" {
    org  = lattice_org.acme.name
    name = "root"
    ${rest}
  }`;
const ROOT = 'Budget/acme/root';

const isCreate = ({ method, path }: Seen): boolean => method === 'POST' && path === '/v1/orgs/acme/budgets';
const isUpdate = ({ method, path }: Seen): boolean =>
  method === 'PUT' && path === '/v1/orgs/acme/budgets/root';
const isDelete = ({ method, path }: Seen): boolean =>
  method === 'DELETE' && path === '/v1/orgs/acme/budgets/root';
const isRead = ({ method, path }: Seen): boolean => method === 'GET' && path === '/v1/orgs/acme/budgets/root';
const isDryRun = ({ method, path }: Seen): boolean => method === 'POST' && path === '/v1/plan';

function succeeded({ exitCode, output }: Run): void {
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
}

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

test('netskope#57: a wrong token is an error that does not show it; nor does anything else, at any log level', async () => {
  const secret = 'very-secret-token-8d1f';
  await withTerraform(
    async (workspace) => {
      await workspace.configure(budget());
      const refused = await workspace.plan();
      expect(refused.diagnostics[0]?.summary).toContain('Unauthenticated');
      // A server that repeats what it was sent.
      fake.disturb = (seen) => ({
        status: 400,
        body: JSON.stringify({ detail: String(seen.headers.authorization) }),
      });
      const echoed = await workspace.plan();
      expect(echoed.diagnostics[0]?.detail).toContain('Bearer (token)');
      for (const { output } of [refused, echoed]) expect(output).not.toContain(secret);
    },
    { LATTICE_TOKEN: secret, TF_LOG: 'TRACE' },
  );
});

test('with a token in the provider block, no output, state or plan holds it; and every plugin ends when told', async () => {
  await withTerraform(
    async (workspace) => {
      await workspace.configure(budget(), `token = "${fake.token}"`);
      const plan = await workspace.run('plan', '-input=false', '-no-color', '-out=saved');
      const shown = await workspace.run('show', '-json', 'saved');
      const apply = await workspace.run('apply', '-input=false', '-no-color', 'saved');
      succeeded(apply);
      for (const text of [plan.output, apply.output, await stateText(workspace)])
        expect(text).not.toContain(fake.token);
      // Terraform itself writes the constants of a configuration into the JSON of a plan; nothing else there has it.
      expect(shown.output.split(fake.token)).toHaveLength(2);
      // What go-plugin says of a plugin that it has to kill.
      expect(plan.output + apply.output).not.toContain('plugin failed to exit gracefully');
      expect(plan.output).toContain('plugin process exited');
    },
    { LATTICE_TOKEN: '', TF_LOG: 'TRACE' },
  );
});

test('hashicorp/terraform#24131: a configuration that is known after apply only: no dry run, a warning, and a working apply', async () => {
  await withTerraform(
    async (workspace) => {
      await workspace.configure(
        `resource "terraform_data" "address" { input = "${fake.endpoint}" }\n${budget()}`,
        'endpoint = terraform_data.address.output',
      );
      const plan = await workspace.plan();
      expect(plan.diagnostics).toMatchObject([
        { severity: 'warning', summary: "The provider's configuration is not known yet" },
      ]);
      expect(fake.requests).toEqual([]);
      succeeded(await workspace.apply());
      expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    },
    // Must not be fallen back to.
    { LATTICE_ADDRESS: 'http://127.0.0.1:1' },
  );
});

const wrongConfigurations: readonly [
  why: string,
  block: string,
  environment: Record<string, string>,
  summary: string,
][] = [
  ['no address', '', { LATTICE_ADDRESS: '' }, 'The provider has no endpoint'],
  ['no token', '', { LATTICE_TOKEN: '' }, 'The provider has no token'],
  ['plain http to another machine', 'endpoint = "http://example.com"', {}, 'The endpoint is not allowed'],
  ['credentials in the address', 'endpoint = "https://me:pw@example.com"', {}, 'The endpoint is not allowed'],
  ['no URL', 'endpoint = "example.com"', {}, 'The endpoint is not allowed'],
];

test.each(wrongConfigurations)('refused: %s', async (_why, block, environment, summary) => {
  await withTerraform(async (workspace) => {
    await workspace.configure(budget(), block);
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(1);
    expect(plan.diagnostics.map((each) => each.summary)).toContain(summary);
    expect(fake.requests).toEqual([]);
  }, environment);
});

test('a controller that is not there is an error at plan', async () => {
  await withTerraform(async (workspace) => {
    await workspace.configure(ORG);
    await fake.close();
    const plan = await workspace.plan();
    expect(plan.diagnostics).toMatchObject([
      { severity: 'error', summary: 'The controller does not answer' },
    ]);
    expect(plan.diagnostics[0]?.detail).toContain('ECONNREFUSED');
  });
});

test('a provider that runs under a debugger serves several commands', async () => {
  const environment = { LATTICE_ADDRESS: fake.endpoint, LATTICE_TOKEN: fake.token };
  const program = await startProgram(mirror, environment, ['--debug']);
  const line = await program.firstLine;
  const attach = /'(.*)'/.exec(line)?.[1] ?? '';
  await withTerraform(
    async (workspace) => {
      await workspace.configure(budget());
      succeeded(await workspace.apply());
      expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
      succeeded(await workspace.destroy());
    },
    { TF_REATTACH_PROVIDERS: attach },
  );
  program.signal('SIGTERM');
  expect((await program.finished).stdout).toBe(`${line}\n`);
});
