// Regular expressions beyond those that wasm has natively, by an engine of RE2's kind.
// Promise: the grammar and the matches of Go's regexp, in time linear in the text. Never: backtracking.
import { RE2JS, RE2JSException } from 're2js';
import { boundItems, boundText } from './bounds.ts';
import { type Builtin, fail, smallInteger, text } from './operands.ts';

export const regexBuiltins: Readonly<Record<string, Builtin>> = {
  'regex.split': (operands) => split(compile(text(operands, 0)), text(operands, 1)),
  'regex.find_n': (operands) => {
    const value = text(operands, 1);
    const most = smallInteger(operands, 2);
    return matches(compile(text(operands, 0)), value, most).map(([whole]) =>
      value.slice(whole?.start, whole?.end),
    );
  },
  'regex.replace': (operands) => replace(text(operands, 0), compile(text(operands, 1)), text(operands, 2)),
  'regex.template_match': (operands) => {
    const [template, value] = [text(operands, 0), text(operands, 1)];
    const [open, close] = [text(operands, 2), text(operands, 3)];
    if (Buffer.byteLength(open) !== 1 || Buffer.byteLength(close) !== 1)
      return fail('a delimiter must be one character long');
    return matches(compile(templatePattern(template, open, close)), value, 1).length > 0;
  },
};

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Groups of one match, the whole match first; a group that took no part is undefined. */
type Match = readonly (Span | undefined)[];

const mostCached = 100;
const cache = new Map<string, RE2JS>();

function compile(pattern: string): RE2JS {
  const known = cache.get(pattern);
  if (known) return known;
  try {
    const compiled = RE2JS.compile(pattern);
    if (cache.size >= mostCached) cache.delete(cache.keys().next().value ?? '');
    cache.set(pattern, compiled);
    return compiled;
  } catch (error) {
    if (error instanceof RE2JSException) return fail(`not a regular expression: ${error.message}`);
    throw error;
  }
}

/** Negative = all. An empty match right behind another match does not count. */
function matches(regex: RE2JS, value: string, most: number): Match[] {
  const found: Match[] = [];
  const matcher = regex.matcher(value);
  let behind = -1;
  while ((most < 0 || found.length < most) && matcher.find()) {
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group): Span | undefined => {
      const start = matcher.start(group);
      return start < 0 ? undefined : { start, end: matcher.end(group) };
    });
    const [whole] = groups;
    if (!whole || (whole.start === whole.end && whole.start === behind)) continue;
    behind = whole.end;
    boundItems(found.push(groups) * groups.length);
  }
  return found;
}

function split(regex: RE2JS, value: string): string[] {
  if (value === '') return [''];
  const parts: string[] = [];
  let [begin, end] = [0, 0];
  for (const [whole] of matches(regex, value, -1)) {
    if (!whole) continue;
    end = whole.start;
    // A match of nothing at the start splits nothing off.
    if (whole.end !== 0) parts.push(value.slice(begin, end));
    begin = whole.end;
  }
  if (end !== value.length) parts.push(value.slice(begin));
  return parts;
}

function replace(value: string, regex: RE2JS, template: string): string {
  const names = regex.namedGroups();
  let [out, at] = ['', 0];
  for (const match of matches(regex, value, -1)) {
    const [whole] = match;
    if (!whole) continue;
    out += value.slice(at, whole.start) + expand(template, value, match, names);
    boundText(out.length);
    at = whole.end;
  }
  return out + value.slice(at);
}

/** `$1`, `$name`, `${1}`, `${name}`, `$$`; a group that does not exist is empty. */
function expand(template: string, value: string, match: Match, names: Record<string, number>): string {
  return template.replaceAll(
    /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu,
    (all, bare?: string, braced?: string) => {
      const name = bare ?? braced;
      if (name === undefined) return '$';
      const index = /^\d+$/.test(name) ? Number(name) : (names[name] ?? -1);
      const group = match[index];
      return all === '' || !group ? '' : value.slice(group.start, group.end);
    },
  );
}

/** Between the delimiters stand expressions, outside of them plain text. */
function templatePattern(template: string, open: string, close: string): string {
  let [pattern, level, from] = ['^', 0, 0];
  for (let at = 0; at < template.length; at++) {
    if (template[at] === open) {
      if (++level === 1) {
        pattern += RE2JS.quote(template.slice(from, at));
        from = at + 1;
      }
    } else if (template[at] === close) {
      if (--level < 0) return fail('unbalanced delimiters');
      if (level === 0) {
        const inner = template.slice(from, at);
        compile(`^${inner}$`);
        pattern += `(${inner})`;
        from = at + 1;
      }
    }
  }
  return level === 0 ? `${pattern}${RE2JS.quote(template.slice(from))}$` : fail('unbalanced delimiters');
}
