// Builtins that wasm has natively, but with another result than `opa eval`: the module is built with ours in their place.
// Promise: only calls (and mocks) of these names are exchanged, where the syntax tree says that they stand.
// Never: a change of what the author sees: errors are found in the source as it was written, before this.
import { literal, type Module, parts, ruleName, type Term, variable } from './ast.ts';

/** What differs in wasm: the order of sets and keys, an endless loop for an empty text, and an end of the whole evaluation. */
export const shadowed: Readonly<Record<string, string>> = Object.freeze({
  concat: 'lattice.concat',
  format_int: 'lattice.format_int',
  'json.marshal': 'lattice.json_marshal',
  'json.unmarshal': 'lattice.json_unmarshal',
  replace: 'lattice.replace',
});

interface Place {
  readonly row: number;
  readonly column: number;
  readonly name: string;
}

export function shadowBuiltins(source: string, module: Module): string {
  const own = new Set(module.rules.map(ruleName));
  const places = callsIn(module.rules).filter(({ name }) => !own.has(name.split('.')[0] ?? ''));
  const lines = source.split('\n');
  // From the end of each line, so that the columns before stay right.
  for (const { row, column, name } of places.toSorted((a, b) => b.column - a.column)) {
    const line = lines[row - 1] ?? '';
    const at = indexIn(line, column);
    if (!line.startsWith(name, at)) throw new Error(`'${name}' does not stand at ${row}:${column}`);
    lines[row - 1] = line.slice(0, at) + shadowed[name] + line.slice(at + name.length);
  }
  return lines.join('\n');
}

/** The columns of opa count bytes of UTF-8, from 1. */
function indexIn(line: string, column: number): number {
  return Buffer.from(line)
    .subarray(0, column - 1)
    .toString().length;
}

function callsIn(node: unknown): Place[] {
  if (Array.isArray(node)) return node.flatMap(callsIn);
  if (typeof node !== 'object' || node === null) return [];
  const inner = Object.entries(node).flatMap(([key, value]) => (key === 'location' ? [] : callsIn(value)));
  if (!('type' in node && node.type === 'ref' && 'value' in node)) return inner;
  const term: Term = { type: 'ref', value: node.value };
  const [head, ...rest] = parts(term) ?? [];
  const name = [variable(head), ...rest.map(literal)].join('.');
  if (!Object.hasOwn(shadowed, name) || !head?.location) return inner;
  return [...inner, { row: head.location.row, column: head.location.col, name }];
}
