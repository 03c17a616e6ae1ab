// json.patch (RFC 6902) over Rego values: paths are JSON pointers or arrays of keys, and sets can be patched too.
// Promise: all operations or none: one that fails makes the expression undefined. Never: the operand itself changed.
import {
  equal,
  exactInteger,
  isArray,
  isNumber,
  numberFromText,
  RegoObject,
  RegoSet,
  type Value,
} from '../values.ts';
import { type Builtin, fail, list } from './operands.ts';

type Path = readonly Value[];

export const jsonPatch: Builtin = (operands) => {
  let document: Value | undefined = operands[0];
  for (const operation of list(operands, 1)) document = apply(present(document), operation);
  return document;
};

function apply(document: Value, operation: Value): Value | undefined {
  if (!(operation instanceof RegoObject)) return fail('an operation must be an object');
  const attribute = (name: string) => present(operation.get(name));
  const path = pathOf(attribute('path'));
  switch (attribute('op')) {
    case 'add':
      return insert(document, path, attribute('value'));
    case 'remove':
      return remove(document, path);
    case 'replace':
      return replace(document, path, attribute('value'));
    case 'move': {
      const from = pathOf(attribute('from'));
      const moved = find(document, from);
      return insert(present(remove(document, from)), path, moved);
    }
    case 'copy':
      return insert(document, path, find(document, pathOf(attribute('from'))));
    case 'test':
      return equal(find(document, path), attribute('value')) ? document : fail('the test failed');
    default:
      return fail('unrecognized operation');
  }
}

/** At the root a removed document can be put back; below it the parent stays. */
function replace(document: Value, path: Path, value: Value): Value {
  if (path.length === 0) return value;
  return insert(present(remove(document, path)), path, value);
}

function pathOf(path: Value): Path {
  if (isArray(path)) return path;
  if (typeof path !== 'string') return fail('a path must be a string or an array');
  if (path === '') return [];
  return path
    .replace(/^\/+/, '')
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function find(document: Value, path: Path): Value {
  return path.reduce((value: Value, key) => child(value, key), document);
}

function insert(document: Value, path: Path, value: Value): Value {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (rest.length > 0) return put(document, key, insert(child(document, key), rest, value));
  if (document instanceof RegoObject) return new RegoObject([...document.entries, [key, value]]);
  if (document instanceof RegoSet)
    return equal(key, value)
      ? new RegoSet([...document.items, value])
      : fail('a key of a set is its element');
  if (!isArray(document)) return fail('not a composite');
  const at = indexOf(key, document.length);
  return at <= document.length ? document.toSpliced(at, 0, value) : fail('the index is out of bounds');
}

/** Undefined where the document itself is removed. */
function remove(document: Value, path: Path): Value | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return undefined;
  const current = child(document, key);
  if (rest.length > 0) return put(document, key, present(remove(current, rest)));
  if (document instanceof RegoObject)
    return new RegoObject(document.entries.filter(([candidate]) => !equal(candidate, key)));
  if (document instanceof RegoSet) return new RegoSet(document.items.filter((item) => !equal(item, key)));
  return isArray(document) ? document.toSpliced(indexOf(key, document.length), 1) : fail('not a composite');
}

/** The same composite with one child exchanged. */
function put(document: Value, key: Value, value: Value): Value {
  if (document instanceof RegoObject) return new RegoObject([...document.entries, [key, value]]);
  if (document instanceof RegoSet)
    return new RegoSet([...document.items.filter((item) => !equal(item, key)), value]);
  return isArray(document) ? document.with(indexOf(key, document.length), value) : fail('not a composite');
}

function child(document: Value, key: Value): Value {
  if (document instanceof RegoObject) return present(document.get(key));
  if (document instanceof RegoSet) return document.has(key) ? key : fail('there is no such element');
  if (!isArray(document)) return fail('not a composite');
  return present(document[indexOf(key, document.length)]);
}

/** `-` is the place behind the last element. */
function indexOf(key: Value, length: number): number {
  if (key === '-') return length;
  if (typeof key === 'string' && !/^(0|-?[1-9]\d*)$/.test(key)) return fail('not an index');
  const number = typeof key === 'string' ? numberFromText(key) : key;
  const index = isNumber(number) ? exactInteger(number) : undefined;
  return index !== undefined && index >= 0n && index <= BigInt(length)
    ? Number(index)
    : fail('the index is out of bounds');
}

/** Null is a value; only what is not there is undefined. */
function present(value: Value | undefined): Value {
  return value === undefined ? fail('there is no such place') : value;
}
