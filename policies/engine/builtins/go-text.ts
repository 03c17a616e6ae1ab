// Go's way to pad and to quote text, for sprintf.
// Promise: widths count characters; a quoted string is one that Go's strconv.Quote would give.
// Never: JSON's quoting, which escapes other characters.

export interface Flags {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `+` and `#` before `v`, which mean something else there. */
  plusV: boolean;
  sharpV: boolean;
  width?: number;
  precision?: number;
}

export function pad(value: string, { width, minus, zero }: Flags): string {
  const missing = (width ?? 0) - [...value].length;
  if (missing <= 0) return value;
  return minus ? value + ' '.repeat(missing) : (zero ? '0' : ' ').repeat(missing) + value;
}

/** `%q`; with `#` in backquotes where that is possible. */
export function quote(value: string, flags: Flags): string {
  if (flags.sharp && canBackquote(value)) return `\`${value}\``;
  return `"${[...value].map((char) => escapeChar(char, '"', flags.plus)).join('')}"`;
}

export function quoteRune(char: string, flags: Flags): string {
  return `'${escapeChar(char, "'", flags.plus)}'`;
}

const named: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

function escapeChar(char: string, delimiter: string, asciiOnly: boolean): string {
  if (char === delimiter) return `\\${char}`;
  const name = named[char];
  if (name !== undefined) return name;
  const point = char.codePointAt(0) ?? 0;
  if (asciiOnly ? point >= 0x20 && point < 0x7f : isPrintable(char)) return char;
  if (point < 0x20 || point === 0x7f) return `\\x${hex(point, 2)}`;
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
}

/** Letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrintable(char: string): boolean {
  return char === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char);
}

function canBackquote(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters in question
  return !/[\x00-\x08\x0a-\x1f`\x7f\ufeff]/.test(value);
}

function hex(point: number, digits: number): string {
  return point.toString(16).padStart(digits, '0');
}
