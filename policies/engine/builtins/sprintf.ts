// sprintf with the semantics of Go's fmt, which Rego inherits: verbs, flags, width, precision, argument indexes, and the
// `%!verb(type=value)` that a wrong verb prints. Promise: total: every format gives a string, within limited width.
// Never: an exception for a format, or JavaScript's own way to print a value.
import { writeValue } from '../text.ts';
import { Decimal, isNumber, numberText, type Value } from '../values.ts';
import { boundText } from './bounds.ts';
import { formatFloat } from './go-float.ts';
import { type Flags, isPrintable, pad, quote, quoteRune } from './go-text.ts';
import { type Builtin, list, text } from './operands.ts';

/** What a Rego value is to fmt: only these four types of Go ever reach it. */
type Arg =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'big'; readonly value: bigint }
  | { readonly type: 'float64'; readonly value: number }
  | { readonly type: 'string'; readonly value: string };

const mostWidth = 1_000_000;

export const sprintf: Builtin = (operands) => format(text(operands, 0), list(operands, 1).map(toArg));

function toArg(value: Value): Arg {
  if (typeof value === 'string') return { type: 'string', value };
  if (!isNumber(value)) return { type: 'string', value: writeValue(value) };
  if (value instanceof Decimal) {
    const float = Number(value.text);
    return Number.isFinite(float)
      ? { type: 'float64', value: float }
      : { type: 'string', value: numberText(value) };
  }
  const int = BigInt(value);
  return { type: BigInt.asIntN(64, int) === int ? 'int' : 'big', value: int };
}

function format(template: string, args: readonly Arg[]): string {
  return new Formatter([...template], args).run();
}

class Formatter {
  readonly #chars: readonly string[];
  readonly #args: readonly Arg[];
  #at = 0;
  #next = 0;
  #reordered = false;
  #afterIndex = false;
  #goodIndex = true;
  #out = '';

  constructor(chars: readonly string[], args: readonly Arg[]) {
    this.#chars = chars;
    this.#args = args;
  }

  run(): string {
    while (this.#at < this.#chars.length) {
      const char = this.#chars[this.#at++] ?? '';
      if (char === '%') this.#directive();
      else this.#out += char;
    }
    if (!this.#reordered && this.#next < this.#args.length)
      this.#out += `%!(EXTRA ${this.#args
        .slice(this.#next)
        .map((arg) => `${typeName(arg)}=${print(arg, 'v', noFlags())}`)
        .join(', ')})`;
    return this.#out;
  }

  #directive(): void {
    this.#goodIndex = true;
    this.#afterIndex = false;
    const flags = this.#flags();
    this.#argIndex();
    this.#width(flags);
    this.#precision(flags);
    if (!this.#afterIndex) this.#argIndex();
    const verb = this.#chars[this.#at++];
    if (verb === undefined) this.#out += '%!(NOVERB)';
    else if (verb === '%') this.#out += '%';
    else if (!this.#goodIndex) this.#out += `%!${verb}(BADINDEX)`;
    else {
      const arg = this.#args[this.#next];
      if (arg === undefined) this.#out += `%!${verb}(MISSING)`;
      else {
        this.#next++;
        this.#out += print(arg, verb, verb === 'v' ? forV(flags) : flags);
        boundText(this.#out.length);
      }
    }
  }

  #flags(): Flags {
    const flags = noFlags();
    for (; ; this.#at++) {
      switch (this.#chars[this.#at]) {
        case '#':
          flags.sharp = true;
          break;
        case '0':
          flags.zero = true;
          break;
        case '+':
          flags.plus = true;
          break;
        case '-':
          flags.minus = true;
          break;
        case ' ':
          flags.space = true;
          break;
        default:
          return flags;
      }
    }
  }

  #width(flags: Flags): void {
    if (this.#chars[this.#at] === '*') {
      this.#at++;
      const width = this.#star();
      if (width === undefined) this.#out += '%!(BADWIDTH)';
      else {
        flags.width = Math.abs(width);
        // A negative width means to the left, and then there is no zero padding.
        if (width < 0) flags.minus = true;
      }
      this.#afterIndex = false;
      return;
    }
    const width = this.#digits();
    if (width === undefined) return;
    flags.width = width;
    // `%[3]2d`: an index is followed by the verb or `.`.
    if (this.#afterIndex) this.#goodIndex = false;
  }

  #precision(flags: Flags): void {
    if (this.#chars[this.#at] !== '.') return;
    this.#at++;
    if (this.#afterIndex) this.#goodIndex = false;
    this.#argIndex();
    if (this.#chars[this.#at] === '*') {
      this.#at++;
      const precision = this.#star();
      if (precision === undefined) this.#out += '%!(BADPREC)';
      else if (precision >= 0) flags.precision = precision;
      else this.#out += '%!(BADPREC)';
      this.#afterIndex = false;
      return;
    }
    flags.precision = this.#digits() ?? 0;
  }

  #star(): number | undefined {
    const arg = this.#args[this.#next];
    if (arg !== undefined) this.#next++;
    if (arg?.type !== 'int') return undefined;
    const value = Number(arg.value);
    return Math.abs(value) <= mostWidth ? value : undefined;
  }

  #digits(): number | undefined {
    const start = this.#at;
    let value = 0;
    while (/^\d$/.test(this.#chars[this.#at] ?? '')) {
      value = value * 10 + Number(this.#chars[this.#at]);
      this.#at++;
      // Too large a number is not a number to Go; the rest of it is then taken as the verb.
      if (value > mostWidth) return undefined;
    }
    return this.#at === start ? undefined : value;
  }

  /** `[n]` chooses the argument that comes next. */
  #argIndex(): void {
    if (this.#chars[this.#at] !== '[') return;
    this.#reordered = true;
    const close = this.#chars.indexOf(']', this.#at);
    const index = close < 0 ? '' : this.#chars.slice(this.#at + 1, close).join('');
    this.#at = close < 0 ? this.#at + 1 : close + 1;
    const chosen = /^\d{1,6}$/.test(index) ? Number(index) - 1 : -1;
    if (chosen < 0 || chosen >= this.#args.length) {
      this.#goodIndex = false;
      return;
    }
    this.#next = chosen;
    this.#afterIndex = true;
  }
}

function noFlags(): Flags {
  return { minus: false, plus: false, sharp: false, space: false, zero: false, plusV: false, sharpV: false };
}

function forV(flags: Flags): Flags {
  return { ...flags, plus: false, sharp: false, plusV: flags.plus, sharpV: flags.sharp };
}

function print(arg: Arg, verb: string, flags: Flags): string {
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

function typeName(arg: Arg): string {
  return { int: 'int64', big: '*big.Int', float64: 'float64', string: 'string' }[arg.type];
}
