// A provider function: pure, offline, the same answer for the same arguments. Promise: what it cannot answer is the fault of
// one named argument. Never: the network, a clock, or anything from the provider's configuration.

import type { Type } from './cty/type.ts';
import type { Value } from './cty/value.ts';

export interface Parameter {
  readonly name: string;
  readonly type: Type;
  readonly description: string;
}

export interface ProviderFunction {
  readonly name: string;
  readonly summary: string;
  /** Markdown. */
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly returns: Type;
  /** Arguments come whole: core answers for null and unknown ones itself. Throws ArgumentError. */
  call(args: readonly Value[]): Promise<Value> | Value;
}

/** What is wrong with one argument. */
export class ArgumentError extends Error {
  /** Position of the argument, from 0. */
  readonly argument: number;

  constructor(argument: number, message: string) {
    super(message);
    this.name = 'ArgumentError';
    this.argument = argument;
  }
}

/** The argument as text. Throws ArgumentError where it is something else. */
export function textArgument(args: readonly Value[], at: number): string {
  const value = args[at];
  if (typeof value !== 'string') throw new ArgumentError(at, 'must be a string');
  return value;
}

/** The argument as a whole number that is not negative. Throws ArgumentError where it is something else. */
export function countArgument(args: readonly Value[], at: number): bigint {
  const value = args[at];
  if (typeof value !== 'bigint' || value < 0n)
    throw new ArgumentError(at, 'must be a whole number of at least 0');
  return value;
}

/** Beyond this no number is kept: whole numbers of the API are at most 2^53-1. */
export const MOST = BigInt(Number.MAX_SAFE_INTEGER);
