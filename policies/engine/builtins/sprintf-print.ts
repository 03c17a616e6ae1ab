// How sprintf prints one argument with one verb.
// Promise: what Go's fmt prints for the four types that Rego's values become, also for a verb that the type does not have.
// Never: an exception, or JavaScript's own way to print a value.
import { formatFloat } from './go-float.ts';
import { type Flags, isPrintable, pad, quote, quoteRune } from './go-text.ts';

/** What a Rego value is to fmt: only these four types of Go ever reach it. */
export type Arg =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'big'; readonly value: bigint }
  | { readonly type: 'float64'; readonly value: number }
  | { readonly type: 'string'; readonly value: string };

export function noFlags(): Flags {
  return { minus: false, plus: false, sharp: false, space: false, zero: false, plusV: false, sharpV: false };
}

export function forV(flags: Flags): Flags {
  return { ...flags, plus: false, sharp: false, plusV: flags.plus, sharpV: flags.sharp };
}

export function print(arg: Arg, verb: string, flags: Flags): string {
  if (verb === 'T') return pad(typeName(arg), { ...flags, zero: false });
  if (verb === 'p') return bad(arg, verb, flags);
  switch (arg.type) {
    case 'string':
      return printString(arg.value, verb, flags) ?? bad(arg, verb, flags);
    case 'float64':
      return printFloat(arg.value, verb, flags) ?? bad(arg, verb, flags);
    case 'int':
    case 'big':
      return printInteger(arg, verb, flags) ?? bad(arg, verb, flags);
  }
}

function printString(value: string, verb: string, flags: Flags): string | undefined {
  const cut = flags.precision === undefined ? value : [...value].slice(0, flags.precision).join('');
  switch (verb) {
    case 'v':
      return flags.sharpV ? pad(quote(cut, flags), flags) : pad(cut, flags);
    case 's':
      return pad(cut, flags);
    case 'q':
      return pad(quote(cut, flags), flags);
    case 'x':
    case 'X':
      return pad(hexOf(value, verb, flags), flags);
    default:
      return undefined;
  }
}

function hexOf(value: string, verb: string, flags: Flags): string {
  const bytes = [...Buffer.from(value).subarray(0, flags.precision)].map((byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  const prefix = flags.sharp && bytes.length > 0 ? '0x' : '';
  const hex = flags.space ? bytes.map((byte) => prefix + byte).join(' ') : prefix + bytes.join('');
  return verb === 'X' ? hex.toUpperCase() : hex;
}

const bases: Readonly<Record<string, { radix: number; prefix: string }>> = {
  d: { radix: 10, prefix: '' },
  v: { radix: 10, prefix: '' },
  b: { radix: 2, prefix: '0b' },
  o: { radix: 8, prefix: '0' },
  O: { radix: 8, prefix: '0o' },
  x: { radix: 16, prefix: '0x' },
  X: { radix: 16, prefix: '0X' },
};

function printInteger(arg: Arg & { value: bigint }, verb: string, flags: Flags): string | undefined {
  const { value } = arg;
  if (arg.type === 'int' && verb === 'c') return pad(rune(value), flags);
  if (arg.type === 'int' && verb === 'q') return pad(quoteRune(rune(value), flags), flags);
  if (arg.type === 'int' && verb === 'U') return pad(unicode(value, flags), { ...flags, zero: false });
  const base = bases[verb] ?? (arg.type === 'big' && verb === 's' ? bases.d : undefined);
  if (!base) return undefined;
  const negative = value < 0n;
  let digits = (negative ? -value : value).toString(base.radix);
  if (verb === 'X') digits = digits.toUpperCase();
  const plus = flags.plus || (arg.type === 'big' && flags.plusV);
  const sign = negative ? '-' : plus ? '+' : flags.space ? ' ' : '';
  if (flags.precision !== undefined) {
    digits = flags.precision === 0 && value === 0n ? '' : digits.padStart(flags.precision, '0');
    if (digits === '') return pad('', { ...flags, zero: false });
  }
  const prefix = verb === 'O' || (flags.sharp && verb !== 'd' && verb !== 'v') ? base.prefix : '';
  const shown = verb === 'o' && prefix !== '' && digits.startsWith('0') ? '' : prefix;
  // Zeros go between the sign and the digits, and a precision turns them off.
  if (flags.zero && !flags.minus && flags.precision === undefined && flags.width !== undefined)
    digits = digits.padStart(flags.width - sign.length - (arg.type === 'big' ? shown.length : 0), '0');
  return pad(`${sign}${shown}${digits}`, { ...flags, zero: false });
}

function printFloat(value: number, verb: string, flags: Flags): string | undefined {
  const body = formatFloat(value, verb, flags.precision);
  if (body === undefined) return undefined;
  const negative = body.startsWith('-');
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  const digits = negative ? body.slice(1) : body;
  const zeros =
    flags.zero && !flags.minus && flags.width !== undefined
      ? digits.padStart(flags.width - sign.length, '0')
      : digits;
  return pad(`${sign}${zeros}`, { ...flags, zero: false });
}

function rune(value: bigint): string {
  const valid = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn);
  return valid ? String.fromCodePoint(Number(value)) : '�';
}

function unicode(value: bigint, flags: Flags): string {
  const point = BigInt.asUintN(64, value)
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, flags.precision ?? 0), '0');
  return flags.sharp && isPrintable(rune(value)) && rune(value) !== '�'
    ? `U+${point} '${rune(value)}'`
    : `U+${point}`;
}

/** What a verb that the type does not have prints; the flags go on to the value. */
function bad(arg: Arg, verb: string, flags: Flags): string {
  return arg.type === 'big'
    ? `%!${verb}(big.Int=${arg.value})`
    : `%!${verb}(${typeName(arg)}=${print(arg, 'v', flags)})`;
}

export function typeName(arg: Arg): string {
  return { int: 'int64', big: '*big.Int', float64: 'float64', string: 'string' }[arg.type];
}
