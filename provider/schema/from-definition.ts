// From a generated resource definition to schemas. Promise: every kind becomes a resource and a data source with the same
// metadata attributes, and its own fields come from the definition alone.

import type {
  AttributeType,
  Attribute as DefinedAttribute,
  Nested,
  OperationDefinition,
  ResourceDefinition,
  TextForm,
} from '../../crds/terraform.ts';
import { listOf, mapOf, type Type } from '../sdk/cty/type.ts';
import type { Value } from '../sdk/cty/value.ts';
import { type Equivalence, sameLines, sameTime } from '../sdk/schema/equivalence.ts';
import { isNested } from '../sdk/schema/schema.ts';
import type { AttributeConstraints, ObjectAttribute, ObjectNestedType, ObjectSchema } from './attribute.ts';
import { timeoutsAttribute } from './timeouts.ts';

const NAME_FORM = '1 to 63 characters of a-z, 0-9 and "-", starting and ending with a letter or digit';

export function resourceSchema(definition: ResourceDefinition): ObjectSchema {
  return {
    version: definition.version,
    description: definition.description,
    attributes: [
      idAttribute(definition),
      uidAttribute,
      ...keyAttributes(definition).map((attribute) => ({ ...attribute, replaces: true })),
      ...metadataAttributes,
      ...definition.spec.map((attribute) => specAttribute(attribute, ['spec'], definition.namePattern)),
      ...(definition.protectable ? [protectionAttribute] : []),
      timeoutsAttribute,
    ],
  };
}

/** The same attributes, looked up by org and name, and what the controller knows about the object. */
export function dataSchema(definition: ResourceDefinition): ObjectSchema {
  return {
    version: definition.version,
    description: definition.description,
    attributes: [
      idAttribute(definition),
      uidAttribute,
      ...keyAttributes(definition),
      ...metadataAttributes.map(asComputed),
      ...definition.spec.map((attribute) =>
        asComputed(specAttribute(attribute, ['spec'], definition.namePattern)),
      ),
      ...observedAttributes,
    ],
  };
}

/** A list of the same, by org and labels. */
export function listSchema(definition: ResourceDefinition): ObjectSchema {
  const [org] = definition.scope === 'org' ? keyAttributes(definition) : [];
  return {
    version: definition.version,
    description: `Every ${definition.kind} ${definition.scope === 'org' ? 'of an org' : 'that the token may list'}, in the order of their names. ${definition.description}`,
    attributes: [
      ...(org === undefined ? [] : [org]),
      {
        name: 'label_selector',
        description:
          'Only objects whose labels match, e.g. `team=core,tier in (gold, silver)`; the grammar is that of Kubernetes. All when left out.',
        type: 'string',
        optional: true,
      },
      {
        name: 'items',
        description: 'The objects.',
        type: { nesting: 'list', attributes: dataSchema(definition).attributes.map(asComputed) },
        computed: true,
      },
    ],
  };
}

/** Known to Terraform alone: whoever may delete the object elsewhere still may. */
const protectionAttribute: ObjectAttribute = {
  name: 'deletion_protection',
  description:
    'While it is true, Terraform refuses to delete or replace the object. Only Terraform knows of it. Defaults to `false`.',
  type: 'bool',
  optional: true,
  computed: true,
  default: false,
};

/** Of an action or an ephemeral resource; `more` stands before what the operation takes. */
export function operationSchema(
  { description, request, answer }: OperationDefinition,
  more: readonly ObjectAttribute[] = [],
): ObjectSchema {
  const attribute = (defined: DefinedAttribute) => specAttribute(defined, [], '');
  // What is only asked for once has no plan in which a default could stand.
  const asked = request.map(attribute).map(({ computed: _computed, default: _default, ...rest }) => rest);
  return {
    version: 0,
    description,
    attributes: [...more, ...asked, ...answer.map(attribute).map(asComputed)],
  };
}

function idAttribute({ scope }: ResourceDefinition): ObjectAttribute {
  return {
    name: 'id',
    description:
      scope === 'org' ? 'Identifier: `org/name`. Import takes it.' : 'Identifier: `name`. Import takes it.',
    type: 'string',
    computed: true,
    stable: true,
  };
}

const uidAttribute: ObjectAttribute = {
  name: 'uid',
  description: 'Unique identity; an object that is deleted and created again has a new one.',
  type: 'string',
  computed: true,
  stable: true,
  at: ['metadata', 'uid'],
};

export function keyAttributes({ scope, namePattern }: ResourceDefinition): ObjectAttribute[] {
  const constraints = { pattern: namePattern, expected: NAME_FORM };
  const key = (name: string, description: string): ObjectAttribute => ({
    name,
    description,
    type: 'string',
    required: true,
    constraints,
    at: ['metadata', name],
  });
  const name = key('name', 'Name, unique within the kind and org. Changing it replaces the object.');
  return scope === 'org'
    ? [key('org', 'Org that it lives in. Changing it replaces the object.'), name]
    : [name];
}

const metadataAttributes: readonly ObjectAttribute[] = [
  {
    name: 'labels',
    description: 'Labels: short pairs that selectors match.',
    type: mapOf('string'),
    optional: true,
    emptyIsNull: true,
    at: ['metadata', 'labels'],
  },
  {
    name: 'annotations',
    description: 'Annotations: notes for people and tools; nothing selects by them.',
    type: mapOf('string'),
    optional: true,
    emptyIsNull: true,
    at: ['metadata', 'annotations'],
  },
];

const observed = (
  name: string,
  description: string,
  type: Type | ObjectNestedType,
  at?: readonly string[],
): ObjectAttribute => ({
  name,
  description,
  type,
  computed: true,
  ...(at && { at }),
});

const observedAttributes: readonly ObjectAttribute[] = [
  observed('generation', 'Counts changes of the spec.', 'number', ['metadata', 'generation']),
  observed('resource_version', 'Changes with every write of what is declared.', 'string', [
    'metadata',
    'resourceVersion',
  ]),
  observed(
    'owner',
    'Who decides its spec.',
    {
      nesting: 'single',
      attributes: [
        observed('manager', 'terraform, kubernetes, git or api.', 'string', ['manager']),
        observed('instance', 'Which one of these.', 'string', ['instance']),
      ],
    },
    ['metadata', 'owner'],
  ),
  observed('ready', 'Whether the latest generation is in effect.', 'bool'),
  observed(
    'conditions',
    'What the controller observed.',
    {
      nesting: 'list',
      attributes: [
        observed('type', 'Ready, Synced, Reconciling or Stalled.', 'string', ['type']),
        observed('status', 'True, False or Unknown.', 'string', ['status']),
        observed('reason', 'Stable code.', 'string', ['reason']),
        observed('message', 'For people.', 'string', ['message']),
      ],
    },
    ['status', 'conditions'],
  ),
];

function specAttribute(
  defined: DefinedAttribute,
  parent: readonly string[],
  namePattern: string,
): ObjectAttribute {
  const hasDefault = defined.default !== undefined;
  const isName = defined.constraints?.pattern === namePattern;
  const constraints: AttributeConstraints = {
    ...defined.constraints,
    ...(isName && { expected: NAME_FORM }),
  };
  return {
    name: defined.name,
    description: defined.description,
    type: specType(defined.type, namePattern),
    ...(defined.required ? { required: true } : { optional: true }),
    ...(hasDefault && { computed: true, default: constantValue(defined.default) }),
    ...(defined.sensitive && { sensitive: true }),
    ...(defined.immutable && { replaces: true }),
    ...(defined.filledIn && { computed: true, stable: true, nullable: true }),
    ...(defined.form && { equivalent: equivalences[defined.form] }),
    ...(defined.constraints && { constraints }),
    at: [...parent, defined.field],
  };
}

const equivalences: Readonly<Record<TextForm, Equivalence>> = { time: sameTime, lines: sameLines };

function specType(type: AttributeType | Nested, namePattern: string): Type | ObjectNestedType {
  if (typeof type === 'string') return type;
  if ('nesting' in type)
    return {
      nesting: type.nesting,
      attributes: type.attributes.map((inner) => specAttribute(inner, [], namePattern)),
    };
  const [kind, element] = type;
  return kind === 'list' ? listOf(element) : mapOf(element);
}

/** A default of a definition, which is JSON, as a value. */
function constantValue(json: unknown): Value {
  if (json === null || typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number' && Number.isSafeInteger(json)) return BigInt(json);
  if (Array.isArray(json)) return json.map(constantValue);
  if (typeof json === 'object')
    return Object.fromEntries(Object.entries(json).map(([key, inner]) => [key, constantValue(inner)]));
  throw new TypeError(`a default cannot be ${typeof json}`);
}

function asComputed(attribute: ObjectAttribute): ObjectAttribute {
  const { name, description, type, sensitive, at } = attribute;
  return {
    name,
    description,
    type: isNested(type) ? { ...type, attributes: type.attributes.map(asComputed) } : type,
    computed: true,
    ...(sensitive && { sensitive }),
    ...(at && { at }),
  };
}
