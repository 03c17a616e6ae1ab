// Between the messages of the protocol and plain values. Promise: text is valid Unicode when it leaves, and a value always
// has the type that the schema says.

import { decodeJson } from '../cty/json.ts';
import { decodeMsgpack, encodeMsgpack } from '../cty/msgpack.ts';
import { normalize } from '../cty/text.ts';
import { type Type, typeToJson } from '../cty/type.ts';
import { isMap, type Value, type ValueMap } from '../cty/value.ts';
import type { Diagnostic, Path } from '../diagnostics.ts';
import type { ProviderFunction } from '../function.ts';
import type { Private, ResourceIdentity } from '../resource.ts';
import { type Attribute, type IdentitySchema, isNested, type Schema, typeOf } from '../schema/schema.ts';
import type { Timestamp } from './generated/google/protobuf/timestamp.ts';
import {
  type ActionSchema,
  type AttributePath,
  Diagnostic_Severity,
  type Diagnostic as DiagnosticMessage,
  type DynamicValue,
  type FunctionMessage,
  type ResourceIdentityData,
  type ResourceIdentitySchema,
  type Schema_Attribute,
  Schema_Object_NestingMode,
  type Schema as SchemaMessage,
  StringKind,
} from './generated/tfplugin6.ts';
import type { Init } from './rpc.ts';

export type DiagnosticInit = Init<DiagnosticMessage>;

/** Whatever has attributes: a schema, or the schema of an identity. */
interface Described {
  readonly attributes: readonly Pick<Attribute, 'name' | 'type'>[];
}

const types = new WeakMap<Described, Type>();

/** The type of a schema's values; a schema is asked for it with every message. */
function typeOfSchema(schema: Described): Type {
  const known = types.get(schema);
  if (known !== undefined) return known;
  const type = typeOf(schema.attributes);
  types.set(schema, type);
  return type;
}

/** The object that a message holds; null when it holds none. */
export function decodeObject(schema: Described, message: DynamicValue | undefined): ValueMap | null {
  if (message === undefined || message.msgpack.length + message.json.length === 0) return null;
  const type = typeOfSchema(schema);
  const value =
    message.msgpack.length > 0 ? decodeMsgpack(message.msgpack, type) : decodeJson(message.json, type);
  if (value !== null && !isMap(value)) throw new TypeError('an object is required');
  return value;
}

/** An object that has to be there. */
export function decodeKnownObject(schema: Described, message: DynamicValue | undefined): ValueMap {
  const value = decodeObject(schema, message);
  if (value === null) throw new TypeError('an object is required');
  return value;
}

export function encodeObject(schema: Described, value: ValueMap | null): Init<DynamicValue> {
  return encodeValue(typeOfSchema(schema), value);
}

export function encodeValue(type: Type, value: Value): Init<DynamicValue> {
  return { msgpack: encodeMsgpack(value, type) };
}

export function encodePrivate(kept: Private): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(kept));
}

/** What is kept and is not text was kept by something else, and is left out. */
export function decodePrivate(bytes: Uint8Array): Private {
  if (bytes.length === 0) return {};
  const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (typeof json !== 'object' || json === null) return {};
  return Object.fromEntries(
    Object.entries(json).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export function encodeIdentity(schema: IdentitySchema, identity: ValueMap): Init<ResourceIdentityData> {
  return { identityData: encodeObject(schema, identity) };
}

/** The identity of what a state describes, under the field's name; nothing while it has none. */
export function identityMessage<Field extends string>(
  field: Field,
  identity: ResourceIdentity | undefined,
  state: ValueMap | null,
): { readonly [name in Field]?: Init<ResourceIdentityData> } {
  const found = state === null ? undefined : identity?.of(state);
  if (identity === undefined || found === undefined) return {};
  const message: Partial<Record<Field, Init<ResourceIdentityData>>> = {};
  message[field] = encodeIdentity(identity.schema, found);
  return message;
}

/** A stored identity, of this version of its schema or an older one. */
export function decodeRawIdentity(schema: IdentitySchema, json: Uint8Array): ValueMap {
  const value = decodeJson(json, typeOfSchema(schema));
  if (!isMap(value)) throw new TypeError('a stored identity must be an object');
  return value;
}

export function diagnosticMessage({ severity, summary, detail, path }: Diagnostic): DiagnosticInit {
  return {
    severity: severity === 'error' ? Diagnostic_Severity.ERROR : Diagnostic_Severity.WARNING,
    summary: normalize(summary),
    detail: normalize(detail),
    ...(path.length > 0 && { attribute: pathMessage(locatable(path)) }),
  };
}

/**
 * The part of a path that core finds in a configuration. It looks for the name of a nested attribute in the block around
 * it, so `model.name` would point to the line of the resource's own `name`.
 */
function locatable(path: Path): Path {
  const nested = path.findIndex((step, at) => at > 0 && typeof step === 'string');
  return nested === -1 ? path : path.slice(0, nested);
}

export function pathMessage(path: Path): Init<AttributePath> {
  return {
    steps: path.map((step) => {
      if (typeof step === 'string') return { selector: { $case: 'attributeName', value: step } };
      if (typeof step === 'number') return { selector: { $case: 'elementKeyInt', value: BigInt(step) } };
      return { selector: { $case: 'elementKeyString', value: step.key } };
    }),
  };
}

export function timestampMessage(ms: number): Init<Timestamp> {
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}

export function schemaMessage(schema: Schema): Init<SchemaMessage> {
  const version = BigInt(schema.version);
  return {
    version,
    block: {
      version,
      description: schema.description,
      descriptionKind: StringKind.MARKDOWN,
      attributes: schema.attributes.map(attributeMessage),
    },
  };
}

export function actionMessage(schema: Schema): Init<ActionSchema> {
  return { schema: schemaMessage(schema) };
}

export function identitySchemaMessage({ version, attributes }: IdentitySchema): Init<ResourceIdentitySchema> {
  return {
    version: BigInt(version),
    identityAttributes: attributes.map(({ name, description, type, required }) => ({
      name,
      description,
      type: typeBytes(type),
      requiredForImport: required,
      optionalForImport: !required,
    })),
  };
}

export function functionMessage({
  parameters,
  returns,
  summary,
  description,
}: ProviderFunction): Init<FunctionMessage> {
  return {
    parameters: parameters.map((parameter) => ({
      name: parameter.name,
      type: typeBytes(parameter.type),
      description: parameter.description,
      descriptionKind: StringKind.MARKDOWN,
    })),
    return: { type: typeBytes(returns) },
    summary,
    description,
    descriptionKind: StringKind.MARKDOWN,
  };
}

/** The values that a function is called with, each of the type of its parameter. */
export function decodeArguments(
  { parameters }: ProviderFunction,
  messages: readonly DynamicValue[],
): readonly Value[] {
  return parameters.map(({ type }, at) => decodeMsgpack(messages[at]?.msgpack ?? new Uint8Array(), type));
}

const typeBytes = (type: Type): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(typeToJson(type)));

function attributeMessage(attribute: Attribute): Init<Schema_Attribute> {
  const { type } = attribute;
  return {
    name: attribute.name,
    description: attribute.description,
    descriptionKind: StringKind.MARKDOWN,
    required: attribute.required ?? false,
    optional: attribute.optional ?? false,
    computed: attribute.computed ?? false,
    sensitive: attribute.sensitive ?? false,
    writeOnly: attribute.writeOnly ?? false,
    deprecated: attribute.deprecated !== undefined,
    deprecationMessage: attribute.deprecated ?? '',
    ...(isNested(type)
      ? {
          nestedType: {
            nesting: nestingModes[type.nesting],
            attributes: type.attributes.map(attributeMessage),
          },
        }
      : { type: typeBytes(type) }),
  };
}

const nestingModes = {
  single: Schema_Object_NestingMode.SINGLE,
  list: Schema_Object_NestingMode.LIST,
  set: Schema_Object_NestingMode.SET,
  map: Schema_Object_NestingMode.MAP,
} as const;
