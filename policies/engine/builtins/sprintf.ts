// sprintf with the semantics of Go's fmt, which Rego inherits: verbs, flags, width, precision, argument indexes, and the
// `%!verb(type=value)` that a wrong verb prints. Promise: total: every format gives a string, within limited width.
// Never: an exception for a format, or JavaScript's own way to print a value.
import { writeValue } from '../text.ts';
import { Decimal, isNumber, numberText, type Value } from '../values.ts';
import { boundText } from './bounds.ts';
import type { Flags } from './go-text.ts';
import { type Builtin, list, text } from './operands.ts';
import { type Arg, forV, noFlags, print, typeName } from './sprintf-print.ts';

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
