// JSON as Go's encoder writes it: `<`, `>`, `&` and the two line separators escaped, keys in order of their bytes.
// Promise: numbers keep their text. Never: JSON.stringify, which escapes other characters and orders other keys.
import { jsonKey } from '../text.ts';
import { compareText, isArray, isNumber, numberText, RegoObject, RegoSet, type Value } from '../values.ts';

export interface Layout {
  readonly indent: string;
  readonly prefix: string;
}

export function goJson(value: Value, layout?: Layout, depth = 0): string {
  if (typeof value === 'string') return quoteJson(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isNumber(value)) return numberText(value);
  const items = value instanceof RegoSet ? value.items : isArray(value) ? value : undefined;
  if (items)
    return wrap(
      '[',
      items.map((item) => goJson(item, layout, depth + 1)),
      ']',
      layout,
      depth,
    );
  const colon = layout ? ': ' : ':';
  const entries = value instanceof RegoObject ? value.entries : [];
  const lines = entries
    .map(([key, item]): [string, Value] => [jsonKey(key), item])
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, item]) => `${quoteJson(key)}${colon}${goJson(item, layout, depth + 1)}`);
  return wrap('{', lines, '}', layout, depth);
}

function wrap(
  open: string,
  lines: readonly string[],
  close: string,
  layout: Layout | undefined,
  depth: number,
): string {
  if (!layout || lines.length === 0) return `${open}${lines.join()}${close}`;
  const newLine = (level: number) => `\n${layout.prefix}${layout.indent.repeat(level)}`;
  return `${open}${lines.map((line) => `${newLine(depth + 1)}${line}`).join()}${newLine(depth)}${close}`;
}

function quoteJson(value: string): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
