// Lattice as a Terraform provider: every kind as resource, data source and list, and the functions, actions and ephemeral
// resources beside them. Promise: the definitions decide which kinds there are.

import { resources } from '../crds/generated/terraform.ts';
import type { ResourceDefinition } from '../crds/terraform.ts';
import { configurationOf, providerSchema, validateProvider } from './configure.ts';
import { manySource, oneSource } from './data/source.ts';
import { functions } from './functions/functions.ts';
import { listOf } from './list/list.ts';
import { holdAction, releaseAction } from './operations/agent-hold.ts';
import { apiTokenResource } from './operations/api-token.ts';
import { resourceOf } from './resource/resource.ts';
import { validateConfig } from './resource/validate.ts';
import { warning } from './sdk/diagnostics.ts';
import type { Provider } from './sdk/provider.ts';
import { openSession } from './session.ts';

export function createProvider(environment: NodeJS.ProcessEnv): Provider {
  let session = openSession(undefined);
  const current = () => session;
  return {
    schema: providerSchema,
    resources: each((definition, name) => [name, resourceOf(definition, name, current)]),
    dataSources: new Map([
      ...each((definition, name) => [name, oneSource(definition, current)]),
      ...each((definition, name) => [pluralType(name, definition.plural), manySource(definition, current)]),
    ]),
    functions,
    ephemeralResources: new Map([['lattice_api_token', apiTokenResource(current)]]),
    listResources: each((definition, name) => [name, listOf(definition, current)]),
    actions: new Map([
      ['lattice_agent_hold', holdAction(current)],
      ['lattice_agent_release', releaseAction(current)],
    ]),
    validate: (config) => [...validateConfig(providerSchema.attributes, config), ...validateProvider(config)],
    configure: (config) => {
      const configuration = configurationOf(config, environment);
      session = openSession(configuration.state === 'known' ? configuration.target : undefined);
      if (configuration.state === 'wrong') return { diagnostics: configuration.diagnostics, unknown: false };
      const unknown = configuration.state === 'unknown';
      return { diagnostics: unknown ? [UNKNOWN_CONFIGURATION] : [], unknown };
    },
    stop: () => session.stop(),
  };
}

function each<T>(
  entry: (definition: ResourceDefinition, name: string) => readonly [string, T],
): Map<string, T> {
  return new Map(Object.entries(resources).map(([name, definition]) => entry(definition, name)));
}

/** `lattice_agent_role` with the plural `agentroles` is `lattice_agent_roles`. */
function pluralType(singular: string, plural: string): string {
  const words = singular.split('_');
  const before = words.slice(1, -1).join('');
  return [...words.slice(0, -1), plural.slice(before.length)].join('_');
}

const UNKNOWN_CONFIGURATION = warning(
  "The provider's configuration is not known yet",
  'It depends on something that exists only after apply. Until then nothing is read from the controller, and the plan is ' +
    'not checked by it.',
);
