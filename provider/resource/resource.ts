// A kind as a Terraform resource. Nothing in this folder knows a kind or a field by name: a resource is its definition and the
// schema made of it.

import type { ResourceDefinition } from '../../crds/terraform.ts';
import { identityOf } from '../object/identity.ts';
import type { ObjectSchema } from '../schema/attribute.ts';
import { resourceSchema } from '../schema/from-definition.ts';
import type { Resource } from '../sdk/resource.ts';
import type { Session } from '../session.ts';
import { createResource, deleteResource, updateResource } from './apply.ts';
import { importResource } from './import.ts';
import { planDelete, planWrite } from './plan.ts';
import { readResource, upgradeState } from './read.ts';
import { validateConfig } from './validate.ts';

export interface ResourceType {
  readonly definition: ResourceDefinition;
  readonly schema: ObjectSchema;
}

/** `session` is asked anew each time: the provider may be configured again. */
export function resourceOf(
  definition: ResourceDefinition,
  typeName: string,
  session: () => Session,
): Resource {
  const type = { definition, schema: resourceSchema(definition) };
  return {
    schema: type.schema,
    identity: identityOf(definition),
    validate: (config) => validateConfig(type.schema.attributes, config),
    upgrade: (_version, storedState) => upgradeState(session(), type, storedState),
    read: async (request) => await readResource(session(), type, request),
    plan: async (request) => await planWrite(session(), type, request),
    planDelete: async (request) => await planDelete(session(), type, request.prior),
    create: async (request) => await createResource(session(), type, request),
    update: async (request) => await updateResource(session(), type, request),
    delete: async (request) => await deleteResource(session(), type, request),
    import: (request) => importResource(type, request),
    // The same type of this provider under an address that it had elsewhere, e.g. on another registry.
    move: (request) =>
      request.typeName === typeName && /(^|\/)lattice$/.test(request.providerAddress)
        ? upgradeState(session(), type, request.state)
        : undefined,
  };
}
