// Numbers between their decimal text and exact values. Promise: no digit is lost, whatever the size; `5.0`, `5` and `5e0`
// are one number. Never: a double for anything that a double does not hold exactly.

import { Decimal } from './value.ts';

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Beyond this nobody means a number, and the digits alone would fill the memory. */
const MOST_EXPONENT = 5_000;

/** The number that a decimal literal stands for. Throws RangeError where it is none. */
export function parseNumber(text: string): bigint | Decimal {
  const [, sign, whole = '', fraction = '', exponentText = '0'] = DECIMAL.exec(text) ?? [];
  const exponent = Number(exponentText) - fraction.length;
  if (sign === undefined || Math.abs(exponent) > MOST_EXPONENT)
    throw new RangeError(`not a number: ${text.slice(0, 64)}`);
  const mantissa = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  if (exponent >= 0) return mantissa * 10n ** BigInt(exponent);
  const scale = 10n ** BigInt(-exponent);
  if (mantissa % scale === 0n) return mantissa / scale;
  const digits = (mantissa < 0n ? -mantissa : mantissa).toString().padStart(1 - exponent, '0');
  const point = digits.length + exponent;
  return new Decimal(
    `${mantissa < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point).replace(/0+$/, '')}`,
  );
}

export function numberText(value: bigint | Decimal): string {
  return value instanceof Decimal ? value.text : value.toString();
}

/** The double that is exactly this number, if there is one. */
export function exactDouble(value: Decimal): number | undefined {
  const [whole = '', fraction = ''] = value.text.split('.');
  const places = BigInt(fraction.length);
  const power = 5n ** places;
  // m / 10^k is a binary fraction only if 5^k divides m.
  const mantissa = BigInt(whole + fraction);
  if (mantissa % power !== 0n) return undefined;
  const bits = mantissa / power;
  const fits = bits < 1n << 53n && bits > -(1n << 53n) && places < 1_000n;
  return fits ? Number(value.text) : undefined;
}
