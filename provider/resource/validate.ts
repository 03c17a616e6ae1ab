// Checks a configuration against the limits of its schema, without a controller. Promise: every finding carries the path
// of the attribute at fault; what is unknown is left for later. Never: a value that might be a secret in a message.

import { coded } from '../coded.ts';
import type { AttributeConstraints, ObjectAttribute } from '../schema/attribute.ts';
import { Decimal, entryOf, isList, isMap, type Value, type ValueMap } from '../sdk/cty/value.ts';
import { type Diagnostic, type Path, pathText } from '../sdk/diagnostics.ts';
import { isNested } from '../sdk/schema/schema.ts';

export function validateConfig(
  attributes: readonly ObjectAttribute[],
  config: ValueMap,
  at: Path = [],
): Diagnostic[] {
  return attributes.flatMap((attribute) => {
    const value = entryOf(config, attribute.name) ?? null;
    const path = [...at, attribute.name];
    if (value === null)
      return attribute.required ? [coded('MissingField', `${pathText(path)} is required`, path)] : [];
    if (isNested(attribute.type)) return validateNested(attribute.type.attributes, value, path);
    return attribute.constraints ? validateValue(attribute.constraints, value, path) : [];
  });
}

function validateNested(attributes: readonly ObjectAttribute[], value: Value, path: Path): Diagnostic[] {
  if (isMap(value)) return validateConfig(attributes, value, path);
  if (isList(value))
    return value.flatMap((item, index) => {
      const itemPath = [...path, index];
      if (item === null) return [coded('MissingField', `${pathText(itemPath)} is null`, itemPath)];
      return validateNested(attributes, item, itemPath);
    });
  return [];
}

/** Limits of a list or map are those of its elements. */
function validateValue(limits: AttributeConstraints, value: Value, path: Path): Diagnostic[] {
  if (isList(value)) return value.flatMap((item, index) => validateElement(limits, item, [...path, index]));
  if (isMap(value))
    return Object.entries(value).flatMap(([key, item]) => validateElement(limits, item, [...path, { key }]));
  if (typeof value === 'string') return validateText(limits, value, path);
  if (typeof value === 'bigint' || value instanceof Decimal) return validateNumber(limits, value, path);
  return [];
}

function validateElement(limits: AttributeConstraints, item: Value, path: Path): Diagnostic[] {
  if (item === null) return [coded('MissingField', `${pathText(path)} is null`, path)];
  return validateValue(limits, item, path);
}

function validateText(limits: AttributeConstraints, text: string, path: Path): Diagnostic[] {
  const { oneOf, minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, expected } = limits;
  const wrong = (what: string) => [coded('InvalidValue', `${pathText(path)} ${what}`, path)];
  if (oneOf !== undefined && !oneOf.includes(text)) return wrong(`must be one of ${oneOf.join(', ')}`);
  // As admission counts them: a character outside the basic plane is one.
  const { length } = [...text];
  if (length < minLength)
    return wrong(minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters`);
  if (length > maxLength) return wrong(`must have at most ${maxLength} characters; it has ${length}`);
  if (pattern !== undefined && !new RegExp(pattern).test(text))
    return wrong(expected === undefined ? `must match ${pattern}` : `must be ${expected}`);
  return [];
}

function validateNumber(limits: AttributeConstraints, value: bigint | Decimal, path: Path): Diagnostic[] {
  const { minimum, maximum, integer } = limits;
  const name = pathText(path);
  if (value instanceof Decimal) {
    if (integer) return [coded('WrongType', `${name} must be an integer, not ${value.text}`, path)];
    return outside(Number(value.text), minimum, maximum) ? [range(limits, name, path)] : [];
  }
  if (maximum === Number.MAX_SAFE_INTEGER && value > BigInt(Number.MAX_SAFE_INTEGER))
    return [coded('IntegerTooLarge', `${name} is ${value}, which cannot be kept exactly`, path)];
  return outside(value, minimum, maximum) ? [range(limits, name, path)] : [];
}

function outside(
  value: number | bigint,
  minimum = Number.NEGATIVE_INFINITY,
  maximum = Number.POSITIVE_INFINITY,
) {
  return value < minimum || value > maximum;
}

function range({ minimum, maximum }: AttributeConstraints, name: string, path: Path): Diagnostic {
  const bounds = [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
  ];
  return coded('InvalidValue', `${name} must be ${bounds.join(' and ')}`, path);
}
