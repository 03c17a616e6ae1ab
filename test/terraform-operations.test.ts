// What the provider does that is no resource, against a real controller: tokens for one run, holds as actions, and what core asks
// that no CLI of CI does: identities, lists and configurations made of states.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { conditionOf } from '../crds/api.ts';
import { resources } from '../crds/generated/terraform.ts';
import { createProvider } from '../provider/provider.ts';
import { decodeMsgpack, encodeMsgpack } from '../provider/sdk/cty/msgpack.ts';
import type { Value, ValueMap } from '../provider/sdk/cty/value.ts';
import { type DynamicValue, ProviderDefinition } from '../provider/sdk/protocol/generated/tfplugin6.ts';
import type { Provider as Served } from '../provider/sdk/provider.ts';
import { type Schema, typeOf } from '../provider/sdk/schema/schema.ts';
import { type ProtocolClient, withClient } from '../provider/sdk/testing/client.ts';
import { stateText } from '../provider/testing/terraform.ts';
import { type Api, apiOf } from './support/api.ts';
import { eventually } from './support/eventually.ts';
import { events } from './support/ledger.ts';
import {
  type InTerraform,
  openTerraformWorld,
  reaching,
  type TerraformWorld,
} from './support/terraform-world.ts';
import { uniqueName, type World } from './support/world.ts';

const { methods } = ProviderDefinition;

let terraform: TerraformWorld;
let world: World;
let api: Api;
let inTerraform: InTerraform;

beforeAll(async () => {
  terraform = await openTerraformWorld();
  ({ world, inTerraform } = terraform);
  api = apiOf(world.state);
});

afterAll(() => terraform.close());

const encoded = (schema: Schema, values: ValueMap) => {
  const nothing = Object.fromEntries(schema.attributes.map(({ name }) => [name, null]));
  return { msgpack: encodeMsgpack({ ...nothing, ...values }, typeOf(schema.attributes)) };
};
const decoded = (attributes: Schema['attributes'], message: DynamicValue | undefined): Value =>
  decodeMsgpack(message?.msgpack ?? new Uint8Array(), typeOf(attributes));

/** The provider in this process, configured by its environment as core would. */
async function configured(body: (client: ProtocolClient, provider: Served) => Promise<void>): Promise<void> {
  const provider = createProvider(reaching(world.state));
  await withClient(provider, async (client) => {
    const answer = await client.call(methods.configureProvider, { config: encoded(provider.schema, {}) });
    expect(answer.diagnostics).toEqual([]);
    await body(client, provider);
  });
}

async function orgWith(agents: readonly string[]): Promise<string> {
  const org = uniqueName('ops');
  await api.create('/v1/orgs', { metadata: { name: org } });
  await api.create(`/v1/orgs/${org}/budgets`, { metadata: { name: 'root' }, spec: {} });
  const spec = { model: { provider: 'ollama', name: 'smollm2' }, budget: 'root' };
  for (const name of agents) {
    await api.create(`/v1/orgs/${org}/agents`, { metadata: { name, labels: { team: name } }, spec });
    await api.ready(`/v1/orgs/${org}/agents/${name}`);
  }
  return org;
}

test('a run works with a token of its own, which is revoked when it ends and stands in no state', async () => {
  const org = await orgWith([]);
  const traced: InTerraform = (body) => inTerraform(body, { TF_LOG: 'TRACE' });
  await traced(async (workspace) => {
    await workspace.configure(`
      ephemeral "lattice_api_token" "run" {
        orgs        = ["${org}"]
        ttl_seconds = provider::lattice::seconds("10m")
      }
      provider "lattice" {
        alias = "run"
        token = ephemeral.lattice_api_token.run.token
      }
      resource "lattice_budget" "it" {
        provider = lattice.run
        org      = "${org}"
        name     = "team"
      }`);
    const applied = await workspace.apply();
    expect({ exitCode: applied.exitCode, diagnostics: applied.diagnostics }).toEqual({
      exitCode: 0,
      diagnostics: [],
    });
    const created = (await events(world, org)).find(
      ({ action, name }) => action === 'create' && name === 'team',
    );
    const [, id = ''] = created?.actor.id.split('/') ?? [];
    expect(created?.actor.id).toBe(`dev/${id}`);
    // The chain of the system tells it: minted, and revoked by the run itself.
    const told = await world.sql(
      `SELECT convert_from(bytes, 'UTF8')::jsonb ->> 'action' AS action FROM audit_event
       WHERE convert_from(bytes, 'UTF8')::jsonb ->> 'kind' = 'ApiToken' AND convert_from(bytes, 'UTF8') LIKE $1 ORDER BY id`,
      [`%${id}%`],
    );
    expect(told.map(({ action }) => action)).toEqual(['mint', 'revoke']);
    expect(`${applied.output}${await stateText(workspace)}`).not.toMatch(/lat_[\w-]{20}/);
    const destroyed = await workspace.destroy();
    expect(destroyed.exitCode).toBe(0);
  });
});

test('a token for more than the credential may is refused with the attribute at fault', async () => {
  const org = await orgWith([]);
  await inTerraform(async (workspace) => {
    await workspace.configure(`
      ephemeral "lattice_api_token" "run" {
        orgs        = ["${org}"]
        ttl_seconds = 5
      }`);
    const plan = await workspace.plan();
    expect(plan.exitCode).toBe(1);
    expect(plan.diagnostics).toMatchObject([{ code: 'ttl_seconds = 5' }]);
  });
});

test('an action holds an agent and another one releases it; what is declared does not move', async () => {
  const org = await orgWith(['triage']);
  const path = `/v1/orgs/${org}/agents/triage`;
  const before = await api.get(path);
  await configured(async (client, provider) => {
    const invoke = async (actionType: string, values: ValueMap) => {
      const schema = provider.actions.get(actionType)?.schema;
      if (schema === undefined) throw new Error(`no action ${actionType}`);
      const config = encoded(schema, { org, name: 'triage', ...values });
      const checked = await client.call(methods.validateActionConfig, { actionType, config });
      expect(checked.diagnostics).toEqual([]);
      const [last, ...more] = (
        await client.stream(methods.invokeAction, { actionType, config })
      ).toReversed();
      expect(more.length).toBeLessThanOrEqual(1);
      return last?.type?.$case === 'completed'
        ? last.type.value.diagnostics.map(({ summary }) => summary)
        : ['?'];
    };
    expect(await invoke('lattice_agent_hold', { reason: 'looks odd' })).toEqual([]);
    await eventually(
      'the agent is held',
      () => api.get(path),
      ({ status }) => conditionOf(status, 'Ready')?.reason === 'Paused',
    );
    expect(await invoke('lattice_agent_release', {})).toEqual([]);
    // Whoever is not held is released all the same.
    expect(await invoke('lattice_agent_release', {})).toEqual([]);
    await eventually(
      'the agent works',
      () => api.get(path),
      ({ status }) => conditionOf(status, 'Ready')?.reason === 'Running',
    );
    const after = await api.get(path);
    expect([after.spec, after.metadata.generation]).toEqual([before.spec, before.metadata.generation]);
    const [refusal] = await invoke('lattice_agent_hold', { name: 'nobody', reason: 'x' });
    expect(refusal).toContain('NotFound');
  });
});

test('agents are listed by labels with their identities, imported by them, and configured as they are', async () => {
  const org = await orgWith(['one', 'two']);
  await configured(async (client, provider) => {
    const typeName = 'lattice_agent';
    const list = provider.listResources.get(typeName);
    const agent = provider.resources.get(typeName);
    if (list === undefined || agent?.identity === undefined) throw new Error('no agents');
    const { schema } = agent;
    const config = encoded(list.schema, { org, label_selector: 'team=two' });
    const [event, ...more] = await client.stream(methods.listResource, {
      typeName,
      config,
      includeResourceObject: true,
    });
    expect(more).toEqual([]);
    expect(event?.displayName).toBe(`${org}/two`);
    const identityData = event?.identity?.identityData;
    const attributes = agent.identity.schema.attributes;
    expect(decoded(attributes, identityData)).toEqual({ org, name: 'two' });

    const { importedResources } = await client.call(methods.importResourceState, {
      typeName,
      identity: { ...(identityData && { identityData }) },
    });
    const imported = importedResources[0]?.state;
    const read = await client.call(methods.readResource, {
      typeName,
      ...(imported && { currentState: imported }),
    });
    const state = decoded(schema.attributes, read.newState);
    expect(state).toEqual(decoded(schema.attributes, event?.resourceObject));

    const generated = await client.call(methods.generateResourceConfig, {
      typeName,
      ...(read.newState && { state: read.newState }),
    });
    const plan = await client.call(methods.planResourceChange, {
      typeName,
      ...(read.newState && { priorState: read.newState }),
      ...(generated.config && { config: generated.config, proposedNewState: generated.config }),
    });
    expect(plan.diagnostics).toEqual([]);
    expect(decoded(schema.attributes, plan.plannedState)).toEqual(state);
  });
});

test('an identity that names nothing well is refused, and a limit is kept', async () => {
  const org = await orgWith(['one', 'two', 'three']);
  await configured(async (client, provider) => {
    for (const typeName of Object.keys(resources)) {
      const attributes = provider.resources.get(typeName)?.identity?.schema.attributes ?? [];
      const wrong = Object.fromEntries(attributes.map(({ name }) => [name, 'No/Name']));
      const identityData = { msgpack: encodeMsgpack(wrong, typeOf(attributes)) };
      const answer = await client.call(methods.importResourceState, { typeName, identity: { identityData } });
      expect([typeName, answer.importedResources, answer.diagnostics.length]).toEqual([typeName, [], 1]);
    }
    const schema = provider.listResources.get('lattice_agent')?.schema ?? provider.schema;
    const config = encoded(schema, { org });
    const listed = await client.stream(methods.listResource, {
      typeName: 'lattice_agent',
      config,
      limit: 2n,
    });
    expect(listed.map(({ displayName }) => displayName)).toEqual([`${org}/one`, `${org}/three`]);
  });
});

test('elasticstack#2905: many objects that hang on one at once all get there; of those that fail, nobody else is lost', async () => {
  const org = await orgWith([]);
  await inTerraform(async (workspace) => {
    const configuration = (limit: string) => `
      resource "lattice_budget" "parent" {
        org          = "${org}"
        name         = "parent"
        parent       = "root"
        limit_tokens = 100
      }
      resource "lattice_budget" "child" {
        count        = 40
        org          = "${org}"
        name         = "child\${count.index}"
        parent       = lattice_budget.parent.name
        limit_tokens = ${limit}
      }`;
    // What the controller alone can know is wrong with some of them: the address of the parent, written out.
    const wrong = configuration('100').replace(
      'lattice_budget.parent.name',
      'count.index % 8 == 7 ? "nobody" : lattice_budget.parent.name\n timeouts = { create = "2s" }',
    );
    await workspace.configure(wrong);
    expect((await workspace.apply('-parallelism=20')).exitCode).toBe(1);
    const made = Object.keys(await workspace.state()).filter((address) => address.includes('child'));
    expect(made).toHaveLength(35);
    await workspace.configure(configuration('100'));
    expect((await workspace.apply('-parallelism=20')).exitCode).toBe(0);
    expect((await workspace.plan()).exitCode).toBe(0);
    expect((await workspace.destroy('-parallelism=20')).exitCode).toBe(0);
  });
});
