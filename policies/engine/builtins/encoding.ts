// Encodings: hex, base64url without padding, query strings, YAML, JSON with options, and quoting for globs.
// Promise: text in, text out, refused where it is malformed. Never: bytes that are not UTF-8 silently turned into others.
import { jsonKey } from '../text.ts';
import { RegoObject, RegoSet, type Value } from '../values.ts';
import { goJson } from './go-json.ts';
import { type Builtin, fail, object, text } from './operands.ts';
import { fromYaml } from './yaml.ts';

export const encodingBuiltins: Readonly<Record<string, Builtin>> = {
  'base64url.encode_no_pad': (operands) => Buffer.from(text(operands, 0)).toString('base64url'),
  'hex.encode': (operands) => Buffer.from(text(operands, 0)).toString('hex'),
  'hex.decode': (operands) => {
    const hex = text(operands, 0);
    return /^(?:[0-9a-f]{2})*$/i.test(hex) ? Buffer.from(hex, 'hex').toString('utf8') : fail('not hex');
  },
  'urlquery.encode': (operands) => escapeQuery(text(operands, 0)),
  'urlquery.decode': (operands) => unescapeQuery(text(operands, 0)),
  'urlquery.encode_object': (operands) => encodeObject(object(operands, 0)),
  'urlquery.decode_object': (operands) => decodeObject(text(operands, 0)),
  'json.marshal_with_options': (operands) => marshal(operands[0] ?? null, object(operands, 1)),
  'yaml.unmarshal': (operands) => fromYaml(text(operands, 0)),
  'yaml.is_valid': ([value]) => {
    if (typeof value !== 'string') return false;
    try {
      fromYaml(value);
      return true;
    } catch {
      return false;
    }
  },
  'glob.quote_meta': (operands) => text(operands, 0).replaceAll(/[\\*?[\]{}]/g, '\\$&'),
};

/** As form data: a space is `+`, and only letters, digits and `-_.~` stand for themselves. */
function escapeQuery(value: string): string {
  return [...Buffer.from(value)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      if (/[A-Za-z0-9_.~-]/.test(char)) return char;
      return char === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function unescapeQuery(value: string): string {
  if (/%(?![0-9a-f]{2})/i.test(value)) return fail('a bad escape');
  const bytes = value
    .replaceAll('+', ' ')
    .split(/(%[0-9a-f]{2})/i)
    .map((part, index) => (index % 2 === 1 ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part)));
  return Buffer.concat(bytes).toString('utf8');
}

function encodeObject(values: RegoObject): string {
  const pairs = values.entries.flatMap(([key, value]) => {
    const items = typeof value === 'string' ? [value] : value instanceof RegoSet ? value.items : value;
    if (!Array.isArray(items)) return fail('values must be strings, or arrays or sets of strings');
    return items.map((item: unknown) =>
      typeof item === 'string'
        ? `${escapeQuery(jsonKey(key))}=${escapeQuery(item)}`
        : fail('values must be strings'),
    );
  });
  return pairs.join('&');
}

function decodeObject(query: string): RegoObject {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    if (pair.includes(';')) return fail('a semicolon is no separator');
    const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    const name = unescapeQuery(key);
    values.set(name, [...(values.get(name) ?? []), unescapeQuery(value)]);
  }
  return new RegoObject([...values]);
}

function marshal(value: Value, options: RegoObject): string {
  let [indent, prefix, implied, pretty]: [string, string, boolean, boolean | undefined] = [
    '\t',
    '',
    false,
    undefined,
  ];
  for (const [key, option] of options.entries) {
    if (key === 'pretty' && typeof option === 'boolean') pretty = option;
    else if (key === 'indent' && typeof option === 'string') [indent, implied] = [option, true];
    else if (key === 'prefix' && typeof option === 'string') [prefix, implied] = [option, true];
    else return fail('an unknown option');
  }
  return (pretty ?? implied) ? prefix + goJson(value, { indent, prefix }) : goJson(value);
}
