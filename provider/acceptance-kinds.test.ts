// What holds for every kind, with the real terraform against a fake controller: states of releases, imports that write their own
// configuration, protection, spellings, and what others fill in.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resources } from '../crds/generated/terraform.ts';
import { type FakeController, startFakeController } from './testing/fake-controller.ts';
import { type InstalledProvider, installProvider } from './testing/installed-provider.ts';
import { follow, verifyImports } from './testing/steps.ts';
import { succeeded } from './testing/succeeded.ts';
import { NO_CHANGES, type Workspace } from './testing/terraform.ts';

const STATES = join(import.meta.dirname, 'testing/states');

let provider: InstalledProvider;
let everyKind = '';

beforeAll(async () => {
  provider = await installProvider();
  everyKind = await readFile(join(STATES, 'v0.1.0.tf'), 'utf8');
});

afterAll(() => provider.remove());

async function withFake(body: (workspace: Workspace, fake: FakeController) => Promise<void>): Promise<void> {
  const fake = await startFakeController();
  const environment = { LATTICE_ADDRESS: fake.endpoint, LATTICE_TOKEN: fake.token };
  try {
    await provider.inTerraform(environment, async (workspace) => await body(workspace, fake));
  } finally {
    await fake.close();
  }
}

const org = (more = '') => `
  resource "lattice_org" "it" {
    name = "acme"
    ${more}
  }`;

test('the configuration of the fixtures has every kind', () => {
  const missing = Object.keys(resources).filter((type) => !everyKind.includes(`resource "${type}"`));
  expect(missing).toEqual([]);
});

test('a state that 0.1.0 wrote is read by this version, and there is nothing to do', async () => {
  await withFake(async (workspace) => {
    await workspace.configure(everyKind);
    succeeded(await workspace.apply());
    await writeFile(
      join(workspace.folder, 'terraform.tfstate'),
      await readFile(join(STATES, 'v0.1.0.tfstate'), 'utf8'),
    );
    const plan = await workspace.plan();
    expect({ exitCode: plan.exitCode, diagnostics: plan.diagnostics }).toEqual({
      exitCode: NO_CHANGES,
      diagnostics: [],
    });
  });
});

test('every kind is created, changed, deleted behind its back, made anew, imported and destroyed', async () => {
  const plain = everyKind.replaceAll(/^ *(annotations|timeouts) .*\n/gm, '');
  const noted = plain.replaceAll(/^(resource .*)$/gm, '$1\n  annotations = { note = "two" }');
  const addresses = [...plain.matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(
    ([, type, name]) => `${type}.${name}`,
  );
  const every = <T>(value: T) => Object.fromEntries(addresses.map((address) => [address, value]));
  await withFake(async (workspace, fake) => {
    await follow(workspace, [
      { step: 'create', config: plain, actions: every('create'), unknown: every(['id', 'uid']) },
      {
        step: 'change',
        config: noted,
        actions: every('update'),
        state: every({ annotations: { note: 'two' } }),
        kept: every(['id', 'uid']),
      },
      {
        step: 'disappear',
        before: () => fake.store.objects.clear(),
        actions: every('create'),
        kept: every(['id', 'annotations']),
      },
      {
        step: 'drift',
        before: () => fake.store.edit('Budget/fixture/team', () => ({ spec: { limitTokens: 5 } })),
        actions: { 'lattice_budget.team': 'update', 'lattice_budget.root': 'no-op' },
        state: { 'lattice_budget.team': { limit_tokens: 0, parent: 'root' } },
      },
      {
        step: 'a wrong name',
        config: noted.replace('"fixture"', '"Not a name"'),
        error: /Name must be 1 to 63 characters/,
      },
      {
        step: 'another org',
        config: noted.replace('"fixture"', '"other"'),
        actions: every('replace'),
        unknown: every(['uid']),
      },
    ]);
    await verifyImports(workspace, []);
    succeeded(await workspace.destroy());
    expect(fake.store.objects.size).toBe(0);
  });
});

test('every kind is imported with the configuration that terraform writes for it, and there is nothing to do', async () => {
  await withFake(async (workspace, fake) => {
    await workspace.configure(everyKind);
    succeeded(await workspace.apply());
    const ids = Object.entries(await workspace.state()).map(
      ([address, { values }]) => [address, String(values.id)] as const,
    );
    await rm(join(workspace.folder, 'terraform.tfstate'));
    await workspace.configure(
      ids.map(([address, id]) => `import {\n to = ${address}\n id = "${id}"\n}`).join('\n'),
    );
    const before = JSON.stringify([...fake.store.objects.values()].map(({ spec }) => spec));
    const plan = await workspace.run(
      'plan',
      '-no-color',
      '-input=false',
      '-generate-config-out=generated.tf',
    );
    succeeded(plan);
    expect(plan.output).toContain(`Plan: ${ids.length} to import, 0 to add, 0 to change, 0 to destroy.`);
    succeeded(await workspace.apply());
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    expect(JSON.stringify([...fake.store.objects.values()].map(({ spec }) => spec))).toBe(before);
  });
});

test('deletion_protection refuses destroy and replacement at plan, until it is taken away', async () => {
  await withFake(async (workspace, fake) => {
    await workspace.configure(org('deletion_protection = true'));
    succeeded(await workspace.apply());
    const writes = () =>
      fake.requests.filter(({ method, path }) => method !== 'GET' && path !== '/v1/plan').length;
    const before = writes();
    for (const refused of [await workspace.destroy(), await workspace.apply('-replace=lattice_org.it')]) {
      expect(refused.exitCode).toBe(1);
      expect(refused.diagnostics.map(({ summary }) => summary)).toContain('It is protected against deletion');
    }
    await workspace.configure(org('deletion_protection = true').replace('"acme"', '"other"'));
    expect((await workspace.plan()).exitCode).toBe(1);
    expect(fake.store.objects.has('Org/acme')).toBe(true);
    expect(writes()).toBe(before);

    await workspace.configure(org());
    succeeded(await workspace.apply());
    // Nothing of it is in the object, so there was nothing to write.
    expect(writes()).toBe(before);
    succeeded(await workspace.destroy());
    expect(fake.store.objects.size).toBe(0);
  });
});

test('another spelling of a time, a duration or line ends is no change', async () => {
  const written = (expiresAt: string, rego: string, create: string) => `${org()}
    resource "lattice_policy" "it" {
      org  = lattice_org.it.name
      name = "p"
      rego = ${JSON.stringify(rego)}
    }
    resource "lattice_waiver" "it" {
      org         = lattice_org.it.name
      name        = "w"
      fingerprint = "${'0'.repeat(64)}"
      approver    = "ada"
      reason      = "to be seen"
      expires_at  = "${expiresAt}"
      timeouts    = { create = "${create}" }
    }`;
  await withFake(async (workspace) => {
    await workspace.configure(written('2036-01-31T00:00:00Z', 'package p\n\nx := 1\n', '90s'));
    succeeded(await workspace.apply());
    await workspace.configure(written('2036-01-31T01:00:00+01:00', 'package p\r\n\r\nx := 1', '1m30s'));
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    await workspace.configure(written('2036-01-31T00:00:01Z', 'package p\n\nx := 2\n', '90s'));
    const changed = await workspace.apply();
    succeeded(changed);
    expect(changed.output).toContain('Resources: 0 added, 2 changed, 0 destroyed.');
    expect((await workspace.state())['lattice_waiver.it']?.values.expires_at).toBe('2036-01-31T00:00:01Z');
  });
});

test('a key with which a host enrolled stays, through changes of the rest of the peer', async () => {
  const KEY = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=';
  const peer = (more: string) => `${org()}
    resource "lattice_mesh_network" "it" {
      org  = lattice_org.it.name
      name = "net"
      cidr = "10.20.0.0/24"
    }
    resource "lattice_mesh_peer" "it" {
      org     = lattice_org.it.name
      name    = "peer"
      network = lattice_mesh_network.it.name
      ${more}
    }`;
  await withFake(async (workspace, fake) => {
    await workspace.configure(peer(''));
    succeeded(await workspace.apply());
    expect((await workspace.state())['lattice_mesh_peer.it']?.values.public_key).toBeNull();
    fake.store.edit('MeshPeer/acme/peer', ({ spec }) => ({ spec: { ...spec, publicKey: KEY } }));
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    await workspace.configure(peer('keepalive_seconds = 25'));
    succeeded(await workspace.apply());
    expect(fake.store.objects.get('MeshPeer/acme/peer')?.spec).toMatchObject({
      publicKey: KEY,
      keepaliveSeconds: 25,
    });
  });
});
