// Our own forms of builtins that wasm has with another result than natively (see ../shadow.ts, which puts them in place).
// Promise: sets and keys in Rego's order, integers of any size, an undefined result instead of the end of the evaluation.
// Never: called by a name that an author can write unknowingly.
import { exactInteger, numberText, scientific, type Value } from '../values.ts';
import { boundText } from './bounds.ts';
import { goJson } from './go-json.ts';
import { type Builtin, fail, num, text, texts } from './operands.ts';
import { readJson } from './read-json.ts';

export const shadowBuiltins: Readonly<Record<string, Builtin>> = {
  'lattice.concat': (operands) => {
    const parts = texts(operands[1], 1);
    const separator = text(operands, 0);
    boundText(parts.reduce((length, part) => length + part.length + separator.length, 0));
    return parts.join(separator);
  },
  'lattice.replace': (operands) => replace(text(operands, 0), text(operands, 1), text(operands, 2)),
  'lattice.format_int': (operands) => formatInteger(operands),
  'lattice.json_marshal': ([value]) => goJson(value ?? null),
  'lattice.json_unmarshal': (operands) => readJson(text(operands, 0)),
};

/** An empty text stands before each character and at the end. */
function replace(value: string, old: string, by: string): string {
  boundText(value.length + (old === '' ? value.length : value.split(old).length) * by.length);
  return old === '' ? [...value].map((char) => by + char).join('') + by : value.split(old).join(by);
}

function formatInteger(operands: readonly Value[]): string {
  const number = num(operands, 0);
  const base = numberText(num(operands, 1));
  if (!['2', '8', '10', '16'].includes(base)) return fail('the base must be 2, 8, 10 or 16');
  const { coefficient, exponent } = scientific(number);
  if (exponent > 10_000) return fail('the number is too large');
  // A fraction is cut off.
  const whole = exactInteger(number) ?? coefficient / 10n ** BigInt(-exponent);
  return whole.toString(Number(base));
}
