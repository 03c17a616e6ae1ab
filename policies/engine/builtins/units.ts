// Quantities with SI and binary units: `10Gi`, `250m`, `1.5e3`.
// Promise: exact rational arithmetic; bytes are cut to whole ones. Never: floating point.
import { integer, numberFromText, type Value } from '../values.ts';
import { type Builtin, fail, text } from './operands.ts';

export const unitBuiltins: Readonly<Record<string, Builtin>> = {
  'units.parse': (operands) => parseQuantity(text(operands, 0)),
  'units.parse_bytes': (operands) => parseBytes(text(operands, 0)),
};

/** A rational number, of a denominator that is a power of ten. */
interface Amount {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const order = ['k', 'm', 'g', 't', 'p', 'e'];

function parseQuantity(quantity: string): Value {
  const { number, unit } = split(quantity.replaceAll('"', ''));
  // Only the first letter's case counts: `m` is a thousandth, `M` a million.
  const { numerator, denominator } = times(
    amount(number),
    siUnit(unit.slice(0, 1) + unit.slice(1).toLowerCase()),
  );
  if (numerator % denominator === 0n) return integer(numerator / denominator);
  // Ten decimals, halves rounded away from zero.
  const scaled = (magnitude(numerator) * 10n ** 10n * 2n + denominator) / (denominator * 2n);
  const digits = scaled.toString().padStart(11, '0');
  return numberFromText(`${numerator < 0n ? '-' : ''}${digits.slice(0, -10)}.${digits.slice(-10)}`);
}

function parseBytes(quantity: string): Value {
  const { number, unit } = split(quantity.toLowerCase().replaceAll('"', ''));
  const { numerator, denominator } = times(amount(number), byteUnit(unit));
  return integer(numerator / denominator);
}

function siUnit(unit: string): Amount {
  if (unit === 'm') return { numerator: 1n, denominator: 1000n };
  if (unit === '') return whole(1n);
  const power = order.indexOf(unit.slice(0, 1).toLowerCase()) + 1;
  if (power === 0) return fail(`unit ${unit} not recognized`);
  if (unit.length === 1) return whole(1000n ** BigInt(power));
  return unit.slice(1) === 'i' ? whole(1024n ** BigInt(power)) : fail(`unit ${unit} not recognized`);
}

function byteUnit(unit: string): Amount {
  if (unit === '') return whole(1n);
  const [, letter = '', binary = ''] =
    /^([kmgtpe])(i?)b?$/.exec(unit) ?? fail(`byte unit ${unit} not recognized`);
  return whole((binary ? 1024n : 1000n) ** BigInt(order.indexOf(letter) + 1));
}

function split(quantity: string): { number: string; unit: string } {
  if (quantity.includes(' ')) return fail('spaces are not allowed');
  // An `e` belongs to the number only where an exponent follows it.
  const number = /^(?:[0-9.+-]|[eE][+-]|[eE](?=\d))*/.exec(quantity)?.[0] ?? '';
  if (/[eE][+-]?\d{7,}/.test(number)) return fail('exponent too large');
  return number === '' ? fail('no amount') : { number, unit: quantity.slice(number.length) };
}

function amount(number: string): Amount {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(number) ?? fail('not a number');
  if (whole + fraction === '') return fail('not a number');
  const digits = BigInt(`${whole}${fraction}`);
  const exponent = Number(power) - fraction.length;
  const numerator = (sign === '-' ? -digits : digits) * 10n ** BigInt(Math.max(exponent, 0));
  return { numerator, denominator: 10n ** BigInt(Math.max(-exponent, 0)) };
}

function times(a: Amount, b: Amount): Amount {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

function whole(value: bigint): Amount {
  return { numerator: value, denominator: 1n };
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
