// What the servers answer, asked as core asks, over a provider of corners: above all what no CLI at hand asks for.

import { expect, test } from '@jest/globals';
import { decodeMsgpack, encodeMsgpack } from '../cty/msgpack.ts';
import { UNKNOWN, type Value, type ValueMap } from '../cty/value.ts';
import {
  Deferred_Reason,
  Diagnostic_Severity,
  type DynamicValue,
  ProviderDefinition,
} from '../protocol/generated/tfplugin6.ts';
import { type Schema, typeOf } from '../schema/schema.ts';
import { type ProtocolClient, withClient } from '../testing/client.ts';
import { createCorner, thingSchema } from '../testing/corner.ts';

const { methods } = ProviderDefinition;
const NAMED: Schema = { version: 0, description: '', attributes: [text('name')] };

function text(name: string) {
  return { name, description: '', type: 'string' } as const;
}

const encoded = (value: ValueMap | null, schema: Schema = thingSchema) => ({
  msgpack: encodeMsgpack(value, typeOf(schema.attributes)),
});
const decoded = (message: DynamicValue | undefined, schema: Schema = thingSchema): Value =>
  decodeMsgpack(message?.msgpack ?? new Uint8Array(), typeOf(schema.attributes));

const thing = (values: ValueMap): ValueMap => ({
  ...Object.fromEntries(thingSchema.attributes.map(({ name }) => [name, null])),
  ...values,
});

const THING = { typeName: 'corner_thing' };

/** Plans and applies as core does. */
async function applied(client: ProtocolClient, prior: ValueMap | null, config: ValueMap | null) {
  const plan = await client.call(methods.planResourceChange, {
    ...THING,
    priorState: encoded(prior),
    proposedNewState: encoded(config),
    config: encoded(config),
  });
  expect(plan.diagnostics).toEqual([]);
  const outcome = await client.call(methods.applyResourceChange, {
    ...THING,
    priorState: encoded(prior),
    ...(plan.plannedState && { plannedState: plan.plannedState }),
    config: encoded(config),
    plannedPrivate: plan.plannedPrivate,
  });
  return { plan, outcome };
}

test('an object has an identity from its creation on, and is imported by it', async () => {
  const corner = createCorner();
  await withClient(corner, async (client) => {
    const { identitySchemas } = await client.call(methods.getResourceIdentitySchemas, {});
    expect(identitySchemas.corner_thing?.identityAttributes).toMatchObject([
      { name: 'name', requiredForImport: true, optionalForImport: false },
    ]);
    const { plan, outcome } = await applied(client, null, thing({ name: 'a' }));
    for (const identity of [plan.plannedIdentity, outcome.newIdentity])
      expect(decoded(identity?.identityData, NAMED)).toEqual({ name: 'a' });

    const unnamed = await client.call(methods.planResourceChange, {
      ...THING,
      priorState: encoded(null),
      proposedNewState: encoded(thing({ name: UNKNOWN })),
      config: encoded(thing({ name: UNKNOWN })),
    });
    expect(unnamed.plannedIdentity).toBeUndefined();

    const identity = { identityData: encoded({ name: 'a' }, NAMED) };
    const { importedResources } = await client.call(methods.importResourceState, { ...THING, identity });
    const [imported] = importedResources;
    const read = await client.call(methods.readResource, {
      ...THING,
      ...(imported?.state && { currentState: imported.state }),
    });
    expect(decoded(read.newState)).toEqual(corner.things.get('a'));
    expect(decoded(read.newIdentity?.identityData, NAMED)).toEqual({ name: 'a' });

    const upgraded = await client.call(methods.upgradeResourceIdentity, {
      ...THING,
      rawIdentity: { json: new TextEncoder().encode('{"name":"a","gone":1}') },
    });
    expect(decoded(upgraded.upgradedIdentity?.identityData, NAMED)).toEqual({ name: 'a' });
  });
});

test('write-only values reach the provider at apply and nothing else', async () => {
  const corner = createCorner();
  await withClient(corner, async (client) => {
    const config = thing({
      name: 'a',
      secret_wo: 'planted-1',
      secret_wo_version: 1n,
      login: { user: 'u', password_wo: 'planted-2' },
    });
    const { plan, outcome } = await applied(client, null, config);
    expect(corner.secrets.get('a')).toBe('planted-1');
    for (const bytes of [plan.plannedState?.msgpack, outcome.newState?.msgpack, outcome.private])
      expect(Buffer.from(bytes ?? []).toString('latin1')).not.toContain('planted');
    expect(decoded(outcome.newState)).toMatchObject({
      secret_wo: null,
      login: { user: 'u', password_wo: null },
    });
  });
});

test('a state of another type is taken over; one that cannot be is refused by name', async () => {
  await withClient(createCorner(), async (client) => {
    const request = {
      targetTypeName: 'corner_thing',
      sourceProviderAddress: 'registry.example/other/other',
      sourceState: { json: new TextEncoder().encode('{"name":"a","count_exact":18446744073709551616}') },
    };
    const moved = await client.call(methods.moveResourceState, { ...request, sourceTypeName: 'other_thing' });
    expect(decoded(moved.targetState)).toMatchObject({ name: 'a', count_exact: 2n ** 64n, region: 'north' });
    expect(decoded(moved.targetIdentity?.identityData, NAMED)).toEqual({ name: 'a' });
    const refused = await client.call(methods.moveResourceState, { ...request, sourceTypeName: 'stranger' });
    expect(refused.diagnostics.map(({ detail }) => detail).join()).toContain('stranger');
    expect(refused.targetState).toBeUndefined();
  });
});

test('a configuration is made of a state: no decision of the provider, no default, nothing secret', async () => {
  await withClient(createCorner(), async (client) => {
    const state = thing({
      id: 'thing-a',
      etag: 'e',
      name: 'a',
      region: 'north',
      address: '10.0.0.1',
      parts: [{ name: 'p', note: null, serial: 's' }],
      part_map: { k: { name: 'p', note: 'n', serial: 's' } },
    });
    const { config } = await client.call(methods.generateResourceConfig, { ...THING, state: encoded(state) });
    expect(decoded(config)).toEqual(
      thing({
        name: 'a',
        address: '10.0.0.1',
        parts: [{ name: 'p', note: null, serial: null }],
        part_map: { k: { name: 'p', note: 'n', serial: null } },
      }),
    );
  });
});

test('a list streams what exists, up to the limit, with the object where it was asked for', async () => {
  const corner = createCorner();
  const schema = corner.listResources.get('corner_thing')?.schema ?? thingSchema;
  await withClient(corner, async (client) => {
    for (const name of ['a1', 'a2', 'b1']) await applied(client, null, thing({ name }));
    const list = async (prefix: string | null, more: object) =>
      await client.stream(methods.listResource, { ...THING, config: encoded({ prefix }, schema), ...more });
    const all = await list(null, { limit: 2n, includeResourceObject: true });
    expect(all.map(({ displayName }) => displayName)).toEqual(['a1', 'a2']);
    expect(decoded(all[0]?.resourceObject)).toEqual(corner.things.get('a1'));
    const some = await list('b', {});
    expect(some.map(({ identity }) => decoded(identity?.identityData, NAMED))).toEqual([{ name: 'b1' }]);
    expect(some[0]?.resourceObject).toBeUndefined();
    const broken = await list('broken', {});
    expect(broken[0]?.diagnostic[0]?.detail).toContain('the list is broken');
  });
});

test('an ephemeral resource is opened, renewed and closed with what it kept', async () => {
  const corner = createCorner();
  const schema = corner.ephemeralResources.get('corner_pass')?.schema ?? thingSchema;
  const PASS = { typeName: 'corner_pass' };
  await withClient(corner, async (client) => {
    const config = encoded({ hours: 2n, secret: null }, schema);
    const opened = await client.call(methods.openEphemeralResource, { ...PASS, config });
    expect(decoded(opened.result, schema)).toEqual({ hours: 2n, secret: 'pass-secret' });
    expect(opened.renewAt?.seconds).toBe(1n);
    const kept = { private: opened.private ?? new Uint8Array() };
    const renewed = await client.call(methods.renewEphemeralResource, { ...PASS, ...kept });
    expect(renewed.renewAt?.seconds).toBe(2n);
    await client.call(methods.closeEphemeralResource, {
      ...PASS,
      private: renewed.private ?? new Uint8Array(),
    });
    expect(corner.events).toEqual(['open 2h', 'renew 2h', 'close 2h']);
  });
});

test('an action tells how it goes, and ends with its diagnostics', async () => {
  const corner = createCorner();
  const schema = corner.actions.get('corner_knock')?.schema ?? thingSchema;
  await withClient(corner, async (client) => {
    const invoke = async (name: string) =>
      await client.stream(methods.invokeAction, {
        actionType: 'corner_knock',
        config: encoded({ name }, schema),
      });
    const events = await invoke('a');
    expect(events.map(({ type }) => (type?.$case === 'progress' ? type.value.message : type?.$case))).toEqual(
      ['going there', 'knocked', 'completed'],
    );
    const last = (await invoke('nobody')).at(-1)?.type;
    expect(last?.$case === 'completed' && last.value.diagnostics[0]?.summary).toBe('There is nobody');
    const planned = await client.call(methods.planAction, {
      actionType: 'corner_knock',
      config: encoded({ name: 'nobody' }, schema),
    });
    expect(planned.diagnostics[0]?.severity).toBe(Diagnostic_Severity.ERROR);
    expect(corner.events).toEqual(['knock a', 'knock nobody']);
  });
});

test('while the configuration is not known, a core that can defer is told to, and any other one is not', async () => {
  const corner = createCorner();
  const clientCapabilities = { deferralAllowed: true };
  await withClient(corner, async (client) => {
    await client.call(methods.configureProvider, { config: encoded({ endpoint: UNKNOWN }, corner.schema) });
    const change = {
      ...THING,
      priorState: encoded(null),
      proposedNewState: encoded(thing({ name: 'a' })),
      config: encoded(thing({ name: 'a' })),
    };
    const deferred = await client.call(methods.planResourceChange, { ...change, clientCapabilities });
    expect(deferred.deferred?.reason).toBe(Deferred_Reason.PROVIDER_CONFIG_UNKNOWN);
    expect((await client.call(methods.planResourceChange, change)).deferred).toBeUndefined();
    const read = await client.call(methods.readDataSource, {
      ...THING,
      config: encoded({ name: 'a', etag: null }, corner.dataSources.get('corner_thing')?.schema),
      clientCapabilities,
    });
    expect(read.deferred?.reason).toBe(Deferred_Reason.PROVIDER_CONFIG_UNKNOWN);
  });
});

test('a type that does not exist is a diagnostic of every call, never a failed call', async () => {
  await withClient(createCorner(), async (client) => {
    const answers = [
      await client.call(methods.readResource, { typeName: 'nothing' }),
      await client.call(methods.moveResourceState, { targetTypeName: 'nothing' }),
      await client.call(methods.openEphemeralResource, { typeName: 'nothing' }),
      await client.call(methods.planAction, { actionType: 'nothing' }),
    ];
    for (const { diagnostics } of answers) expect(diagnostics[0]?.detail).toContain('no "nothing"');
    const [event] = await client.stream(methods.invokeAction, { actionType: 'nothing' });
    expect(event?.type?.$case === 'completed' && event.type.value.diagnostics).toHaveLength(1);
  });
});
