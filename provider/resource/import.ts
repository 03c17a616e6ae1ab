// Imports: an id or an identity becomes a state of nothing but the key, and what only Terraform knows; core reads the rest.
// Ownership stays where it is.

import { idOf, keyOf, parseId } from '../object/key.ts';
import { problem } from '../sdk/diagnostics.ts';
import type { ImportRequest, Outcome } from '../sdk/resource.ts';
import type { ResourceType } from './resource.ts';
import { withVirtualDefaults } from './virtual.ts';

export function importResource({ definition, schema }: ResourceType, request: ImportRequest): Outcome {
  const inOrg = definition.scope === 'org';
  // Text of an identity is checked as an id is.
  const named = 'identity' in request ? keyOf(definition, request.identity) : undefined;
  const id = 'id' in request ? request.id : named === undefined ? '' : idOf(definition, named);
  const key = parseId(definition, id);
  if (key === undefined) {
    const form = inOrg ? 'org/name, e.g. "acme/triage"' : 'name, e.g. "acme"';
    const identity = inOrg ? '{ org = "acme", name = "triage" }' : '{ name = "acme" }';
    const detail =
      'id' in request
        ? `"${id}" is not the id of a ${definition.kind}. Import it by ${form}.`
        : `This is not the identity of a ${definition.kind}. Import it by an identity such as ${identity}.`;
    return { state: null, private: {}, diagnostics: [problem('The import id has the wrong form', detail)] };
  }
  const nothing = Object.fromEntries(schema.attributes.map(({ name }) => [name, null]));
  const org = key.org === undefined ? {} : { org: key.org };
  const state = { ...nothing, ...org, name: key.name, id: idOf(definition, key) };
  return { state: withVirtualDefaults(schema, state), private: {}, diagnostics: [] };
}
