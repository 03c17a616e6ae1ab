// What identifies an object to Terraform: its org and name. An import by identity names them one by one, so nobody has to know
// how an id is put together.

import type { ResourceDefinition } from '../../crds/terraform.ts';
import type { ResourceIdentity } from '../sdk/resource.ts';
import { keyOf } from './key.ts';

const ORG = { name: 'org', description: 'Org that it lives in.', type: 'string', required: true } as const;
const NAME = {
  name: 'name',
  description: 'Name, unique within the kind and org.',
  type: 'string',
  required: true,
} as const;

export function identityOf(definition: ResourceDefinition): ResourceIdentity {
  return {
    schema: { version: 0, attributes: definition.scope === 'org' ? [ORG, NAME] : [NAME] },
    of: (state) => {
      const key = keyOf(definition, state);
      if (key === undefined) return undefined;
      return key.org === undefined ? { name: key.name } : { org: key.org, name: key.name };
    },
  };
}
