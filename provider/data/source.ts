// The two data sources of a kind: one object by its key, and all objects whose labels match.

import type { ResourceDefinition } from '../../crds/terraform.ts';
import { validateConfig } from '../resource/validate.ts';
import { dataSchema, listSchema } from '../schema/from-definition.ts';
import type { DataSource } from '../sdk/provider.ts';
import type { Session } from '../session.ts';
import { readData, readList } from './read.ts';

export function oneSource(definition: ResourceDefinition, session: () => Session): DataSource {
  const schema = dataSchema(definition);
  return {
    schema,
    validate: (config) => validateConfig(schema.attributes, config),
    read: async (config) => await readData(session(), { definition, schema }, config),
  };
}

export function manySource(definition: ResourceDefinition, session: () => Session): DataSource {
  const schema = listSchema(definition);
  return {
    schema,
    validate: (config) => validateConfig(schema.attributes, config),
    read: async (config) => await readList(session(), { definition, schema }, config),
  };
}
