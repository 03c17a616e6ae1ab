// A kind as a list resource: `terraform query` finds what exists and is not managed yet. Each object comes as the state that an
// import of it would have.

import type { ResourceDefinition } from '../../crds/terraform.ts';
import { idOf } from '../object/key.ts';
import { stateOf } from '../object/state.ts';
import { failure } from '../resource/failure.ts';
import { validateConfig } from '../resource/validate.ts';
import { withVirtualDefaults } from '../resource/virtual.ts';
import { listSchema, resourceSchema } from '../schema/from-definition.ts';
import { problem } from '../sdk/diagnostics.ts';
import type { Listed, ListResource } from '../sdk/provider.ts';
import { isConfigurable } from '../sdk/schema/schema.ts';
import type { Session } from '../session.ts';
import { objectsAsked } from './objects.ts';

export function listOf(definition: ResourceDefinition, session: () => Session): ListResource {
  const plural = listSchema(definition);
  // What is asked, without what a data source would answer.
  const schema = { ...plural, attributes: plural.attributes.filter(isConfigurable) };
  const resource = resourceSchema(definition);
  return {
    schema,
    validate: (config) => validateConfig(schema.attributes, config),
    list: async function* (config, limit): AsyncIterable<Listed> {
      const current = session();
      const { controller } = current;
      if (controller === undefined) {
        const detail = 'Its configuration is not known, so nothing can be listed.';
        yield { diagnostics: [problem('The provider is not configured', detail)] };
        return;
      }
      try {
        const objects = await objectsAsked(controller, current, definition, config, limit);
        for (const object of objects) {
          const state = stateOf(definition, resource.attributes, object, null);
          yield {
            displayName: idOf(definition, object.metadata),
            state: withVirtualDefaults(resource, state),
          };
        }
      } catch (error) {
        yield { diagnostics: failure(error, schema.attributes, `list ${definition.plural}`) };
      }
    },
  };
}
