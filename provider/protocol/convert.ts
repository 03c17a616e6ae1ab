// Between the messages of the protocol and plain values. Promise: text is valid Unicode when it leaves, and a value always
// has the type that the schema says.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { decodeJson } from '../cty/json.ts';
import { decodeMsgpack, encodeMsgpack } from '../cty/msgpack.ts';
import { normalize } from '../cty/text.ts';
import { type Type, typeToJson } from '../cty/type.ts';
import { isMap, type Value, type ValueMap } from '../cty/value.ts';
import type { Diagnostic, Path } from '../diagnostics.ts';
import type { ProviderFunction } from '../functions/function.ts';
import { type Attribute, isNested, type Schema, typeOf } from '../schema/schema.ts';
import {
  type AttributePath,
  AttributePathSchema,
  Diagnostic_Severity,
  type DiagnosticSchema,
  type DynamicValue,
  type DynamicValueSchema,
  type FunctionSchema,
  type Schema_AttributeSchema,
  Schema_Object_NestingMode,
  type SchemaSchema,
  StringKind,
} from './generated/tfplugin6_pb.js';

type DynamicValueInit = MessageInitShape<typeof DynamicValueSchema>;
export type DiagnosticInit = MessageInitShape<typeof DiagnosticSchema>;

/** The object that a message holds; null when it holds none. */
export function decodeObject(schema: Schema, message: DynamicValue | undefined): ValueMap | null {
  if (message === undefined || message.msgpack.length + message.json.length === 0) return null;
  const type = typeOf(schema.attributes);
  const value =
    message.msgpack.length > 0 ? decodeMsgpack(message.msgpack, type) : decodeJson(message.json, type);
  if (value !== null && !isMap(value)) throw new TypeError('an object is required');
  return value;
}

export function requireObject(schema: Schema, message: DynamicValue | undefined): ValueMap {
  const value = decodeObject(schema, message);
  if (value === null) throw new TypeError('an object is required');
  return value;
}

export function encodeObject(schema: Schema, value: ValueMap | null): DynamicValueInit {
  return { msgpack: encodeMsgpack(value, typeOf(schema.attributes)) };
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

export function pathMessage(path: Path): AttributePath {
  return create(AttributePathSchema, {
    steps: path.map((step) => {
      if (typeof step === 'string') return { selector: { case: 'attributeName' as const, value: step } };
      if (typeof step === 'number')
        return { selector: { case: 'elementKeyInt' as const, value: BigInt(step) } };
      return { selector: { case: 'elementKeyString' as const, value: step.key } };
    }),
  });
}

export function schemaMessage(schema: Schema): MessageInitShape<typeof SchemaSchema> {
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

export function functionMessage({
  parameters,
  returns,
  summary,
  description,
}: ProviderFunction): MessageInitShape<typeof FunctionSchema> {
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

export function encodeResult({ returns }: ProviderFunction, value: Value): DynamicValueInit {
  return { msgpack: encodeMsgpack(value, returns) };
}

const typeBytes = (type: Type): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(typeToJson(type)));

function attributeMessage(attribute: Attribute): MessageInitShape<typeof Schema_AttributeSchema> {
  const { type } = attribute;
  return {
    name: attribute.name,
    description: attribute.description,
    descriptionKind: StringKind.MARKDOWN,
    required: attribute.required ?? false,
    optional: attribute.optional ?? false,
    computed: attribute.computed ?? false,
    sensitive: attribute.sensitive ?? false,
    ...(isNested(type)
      ? {
          nestedType: {
            nesting:
              type.nesting === 'single' ? Schema_Object_NestingMode.SINGLE : Schema_Object_NestingMode.LIST,
            attributes: type.attributes.map(attributeMessage),
          },
        }
      : { type: typeBytes(type) }),
  };
}
