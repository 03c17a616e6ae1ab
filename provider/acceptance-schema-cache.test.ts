// opentofu/opentofu#719 and #954: a CLI keeps the schema that one process of a provider told it, and asks no other process for it.
// Providers that set themselves up while they answer for their schema failed then. Ours says that it needs no such call, so here
// are processes that are never asked, beside ones that are, and with the CLI at hand several of them in one run.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createProvider } from './provider.ts';
import { encodeMsgpack } from './sdk/cty/msgpack.ts';
import { UNKNOWN, type ValueMap } from './sdk/cty/value.ts';
import { ProviderDefinition } from './sdk/protocol/generated/tfplugin6.ts';
import { INVITATION } from './sdk/protocol/handshake.ts';
import { encodeMessage } from './sdk/protocol/rpc.ts';
import { type Schema, typeOf } from './sdk/schema/schema.ts';
import { connectTo, type ProtocolClient } from './sdk/testing/client.ts';
import { type FakeController, startFakeController } from './testing/fake-controller.ts';
import { type InstalledProvider, installProvider } from './testing/installed-provider.ts';
import { type Program, startProgram } from './testing/program.ts';
import { succeeded } from './testing/succeeded.ts';
import { NO_CHANGES } from './testing/terraform.ts';

const { methods } = ProviderDefinition;
const ORG = { typeName: 'lattice_org' };

let installed: InstalledProvider;

beforeAll(async () => {
  installed = await installProvider();
});
afterAll(() => installed.remove());

/** A process of the built provider, with a controller of its own, as core starts one. */
async function inProcess(
  body: (client: ProtocolClient, fake: FakeController) => Promise<void>,
): Promise<void> {
  const fake = await startFakeController();
  const undo: (() => unknown)[] = [() => fake.close()];
  try {
    const program: Program = await startProgram(installed.mirror, {
      ...INVITATION,
      PLUGIN_UNIX_SOCKET_DIR: installed.folder,
      LATTICE_ADDRESS: fake.endpoint,
      LATTICE_TOKEN: fake.token,
    });
    undo.push(() => {
      program.signal('SIGTERM');
      return program.finished;
    });
    const client = connectTo((await program.firstLine).split('|')[3] ?? '');
    undo.push(() => client.close());
    await body(client, fake);
  } finally {
    for (const end of undo.reverse()) await end();
  }
}

const schemaOf = async (client: ProtocolClient): Promise<string> => {
  const answer = await client.call(methods.getProviderSchema, {});
  return encodeMessage(methods.getProviderSchema.responseType, answer).toString('base64');
};

const encoded = ({ attributes }: Schema, value: ValueMap | null) => {
  const nothing = Object.fromEntries(attributes.map(({ name }) => [name, null]));
  return { msgpack: encodeMsgpack(value && { ...nothing, ...value }, typeOf(attributes)) };
};

const { schema: providerSchema, resources } = createProvider({});
const orgSchema = resources.get(ORG.typeName)?.schema ?? providerSchema;

const configure = (client: ProtocolClient) =>
  client.call(methods.configureProvider, { config: encoded(providerSchema, {}) });

test('every process tells the same schema, before it is configured and after', async () => {
  await inProcess(async (one) => {
    await inProcess(async (other) => {
      const [schema] = await Promise.all([schemaOf(one), configure(other)]);
      expect(schema.length).toBeGreaterThan(10_000);
      expect((await schemaOf(other)) === schema).toBe(true);
      await configure(one);
      expect((await schemaOf(one)) === schema).toBe(true);
    });
  });
});

/** What core asks for a new org, from validation to a second read, and what is answered. */
async function everyCall(client: ProtocolClient, name: string) {
  const config = encoded(orgSchema, { name });
  const proposed = encoded(orgSchema, { name, id: UNKNOWN, uid: UNKNOWN });
  const valid = await client.call(methods.validateResourceConfig, { ...ORG, config });
  const configured = await configure(client);
  const plan = await client.call(methods.planResourceChange, {
    ...ORG,
    priorState: encoded(orgSchema, null),
    proposedNewState: proposed,
    config,
  });
  const applied = await client.call(methods.applyResourceChange, {
    ...ORG,
    priorState: encoded(orgSchema, null),
    plannedState: plan.plannedState ?? encoded(orgSchema, null),
    config,
    plannedPrivate: plan.plannedPrivate,
  });
  const state = applied.newState ?? encoded(orgSchema, null);
  const read = await client.call(methods.readResource, {
    ...ORG,
    currentState: state,
    private: applied.private,
  });
  expect([valid, configured, plan, applied, read].map(({ diagnostics }) => diagnostics)).toEqual([
    [],
    [],
    [],
    [],
    [],
  ]);
  expect(Buffer.from(read.newState?.msgpack ?? []).equals(Buffer.from(state.msgpack))).toBe(true);
  return Buffer.from(plan.plannedState?.msgpack ?? []).toString('base64');
}

test('a process that nobody asks for its schema validates, plans, applies and reads as one that was asked', async () => {
  let planned = '';
  await inProcess(async (asked, fake) => {
    const { serverCapabilities } = await asked.call(methods.getProviderSchema, {});
    expect(serverCapabilities?.getProviderSchemaOptional).toBe(true);
    planned = await everyCall(asked, 'acme');
    expect([...fake.store.objects.keys()]).toEqual(['Org/acme']);
  });
  await inProcess(async (never, fake) => {
    expect(await everyCall(never, 'acme')).toBe(planned);
    expect([...fake.store.objects.keys()]).toEqual(['Org/acme']);
  });
});

test('one configuration with several processes of the provider applies, plans empty and is destroyed', async () => {
  const fake = await startFakeController();
  const aliases = Array.from({ length: 4 }, (_, at) => `a${at}`);
  const environment = { LATTICE_ADDRESS: fake.endpoint, LATTICE_TOKEN: fake.token };
  const run = installed.inTerraform(environment, async (workspace) => {
    await workspace.configure(
      aliases
        .map(
          (alias) => `
            provider "lattice" { alias = "${alias}" }
            resource "lattice_org" "${alias}" {
              provider = lattice.${alias}
              name     = "${alias}"
            }
            data "lattice_org" "${alias}" {
              provider = lattice.${alias}
              name     = lattice_org.${alias}.name
            }`,
        )
        .join('\n'),
    );
    succeeded(await workspace.apply());
    expect([...fake.store.objects.keys()].sort()).toEqual(aliases.map((alias) => `Org/${alias}`));
    expect((await workspace.plan()).exitCode).toBe(NO_CHANGES);
    succeeded(await workspace.destroy());
    expect(fake.store.objects.size).toBe(0);
  });
  await run.finally(() => fake.close());
});
