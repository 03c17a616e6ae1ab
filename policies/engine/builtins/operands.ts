// How a builtin reads its operands, and how it fails.
// Promise: an operand of the wrong type is a BuiltinError, which makes the expression undefined, as in Rego.
// Never: any other exception for what a policy's author can write; those would end the whole evaluation.
import {
  exactInteger,
  isArray,
  isNumber,
  type RegoNumber,
  RegoObject,
  RegoSet,
  type Value,
} from '../values.ts';

/** What one evaluation holds still. */
export interface EvaluationContext {
  readonly nowNs: bigint;
}

/** Undefined is Rego's undefined. */
export type Builtin = (operands: readonly Value[], context: EvaluationContext) => Value | undefined;

export class BuiltinError extends Error {
  override readonly name = 'BuiltinError';
}

export function fail(message: string): never {
  throw new BuiltinError(message);
}

export function text(operands: readonly Value[], index: number): string {
  const value = operands[index];
  return typeof value === 'string' ? value : fail(`operand ${index + 1} must be a string`);
}

export function num(operands: readonly Value[], index: number): RegoNumber {
  const value = operands[index];
  return value !== undefined && isNumber(value) ? value : fail(`operand ${index + 1} must be a number`);
}

export function bigInteger(operands: readonly Value[], index: number): bigint {
  return exactInteger(num(operands, index)) ?? fail(`operand ${index + 1} must be an integer`);
}

export function smallInteger(operands: readonly Value[], index: number): number {
  const value = bigInteger(operands, index);
  return BigInt.asIntN(54, value) === value ? Number(value) : fail(`operand ${index + 1} is out of range`);
}

export function list(operands: readonly Value[], index: number): readonly Value[] {
  const value = operands[index];
  return value !== undefined && isArray(value) ? value : fail(`operand ${index + 1} must be an array`);
}

export function object(operands: readonly Value[], index: number): RegoObject {
  const value = operands[index];
  return value instanceof RegoObject ? value : fail(`operand ${index + 1} must be an object`);
}

/** Members of an array or a set. */
export function members(value: Value | undefined, index: number): readonly Value[] {
  if (value instanceof RegoSet) return value.items;
  return value !== undefined && isArray(value) ? value : fail(`operand ${index + 1} must be an array or set`);
}

export function texts(value: Value | undefined, index: number): string[] {
  return members(value, index).map((item) =>
    typeof item === 'string' ? item : fail(`operand ${index + 1} must hold strings only`),
  );
}
