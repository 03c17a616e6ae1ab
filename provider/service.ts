// The provider as a value: every question that Terraform asks, answered over plain values. Promise: it can be asked without
// a process around it. Never: protobuf, gRPC or a kind's name in here.

import { resources } from '../crds/generated/terraform.ts';
import { configurationOf, providerSchema, validateProvider } from './configure.ts';
import type { ValueMap } from './cty/value.ts';
import { type DataAnswer, readData, readList } from './data/read.ts';
import { type Diagnostic, problem, warning } from './diagnostics.ts';
import type { ProviderFunction } from './functions/function.ts';
import { functions } from './functions/functions.ts';
import { type ApplyRequest, applyResource } from './resource/apply.ts';
import { type PlanAnswer, type PlanRequest, planResource } from './resource/plan.ts';
import { importResource, readResource, upgradeState } from './resource/read.ts';
import type { Outcome, Private, ResourceType } from './resource/resource.ts';
import { validateConfig } from './resource/validate.ts';
import { dataSchema, listSchema, resourceSchema } from './schema/from-definition.ts';
import type { Schema } from './schema/schema.ts';
import { openSession } from './session.ts';

export interface Service {
  readonly provider: Schema;
  readonly resources: ReadonlyMap<string, ResourceType>;
  readonly dataSources: ReadonlyMap<string, ResourceType>;
  readonly functions: ReadonlyMap<string, ProviderFunction>;
  validateProvider(config: ValueMap): Diagnostic[];
  validate(type: ResourceType, config: ValueMap): Diagnostic[];
  configure(config: ValueMap): readonly Diagnostic[];
  upgrade(type: ResourceType, storedState: Uint8Array): ValueMap;
  read(type: ResourceType, state: ValueMap, kept: Private): Promise<Outcome>;
  plan(type: ResourceType, request: PlanRequest): Promise<PlanAnswer>;
  apply(type: ResourceType, request: ApplyRequest): Promise<Outcome>;
  import(type: ResourceType, id: string): Outcome;
  /** By the name of a data source. */
  readData(name: string, config: ValueMap): Promise<DataAnswer>;
  /** Ends every wait. What was begun is answered with what is known. */
  stop(): void;
}

export function createService(environment: NodeJS.ProcessEnv): Service {
  let session = openSession(undefined);
  const types = (schemaOf: (definition: ResourceType['definition']) => Schema) =>
    new Map(
      Object.entries(resources).map(([name, definition]) => [
        name,
        { definition, schema: schemaOf(definition) },
      ]),
    );
  const one = types(dataSchema);
  const many = new Map(
    [...types(listSchema)].map(([name, type]) => [pluralType(name, type.definition.plural), type]),
  );
  return {
    provider: providerSchema,
    resources: types(resourceSchema),
    dataSources: new Map([...one, ...many]),
    functions,
    validateProvider: (config) => [
      ...validateConfig(providerSchema.attributes, config),
      ...validateProvider(config),
    ],
    validate: (type, config) => validateConfig(type.schema.attributes, config),
    configure: (config) => {
      const configuration = configurationOf(config, environment);
      session = configuration.state === 'known' ? openSession(configuration.target) : openSession(undefined);
      return configuration.state === 'wrong'
        ? configuration.diagnostics
        : configuration.state === 'unknown'
          ? [UNKNOWN_CONFIGURATION]
          : [];
    },
    upgrade: (type, storedState) => upgradeState(session, type, storedState),
    read: async (type, state, kept) => await readResource(session, type, state, kept),
    plan: async (type, request) => await planResource(session, type, request),
    apply: async (type, request) => await applyResource(session, type, request),
    import: (type, id) => importResource(type, id),
    readData: async (name, config) => {
      const list = many.get(name);
      const object = one.get(name);
      if (list !== undefined) return await readList(session, list, config);
      if (object !== undefined) return await readData(session, object, config);
      return { state: null, diagnostics: [unknownType(name)] };
    },
    stop: () => session.stop(),
  };
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

/** For the types that Terraform may name and the provider does not have. */
export function unknownType(name: string): Diagnostic {
  return problem(
    'There is no such type',
    `This provider has no "${name}". Is the state from a newer version of it?`,
  );
}
