// Reads and writes the text form in which values cross the border of a wasm module: JSON, plus sets (`{1, 2}`, `set()`)
// and keys of any type. Promise: write(read(text)) means the same value. Never: evaluates or repairs anything.
import {
  type Decimal,
  isArray,
  isNumber,
  numberFromText,
  numberText,
  RegoObject,
  RegoSet,
  type Value,
} from './values.ts';

export function readValue(text: string): Value {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

/** For the wasm module; also what Rego itself prints for a composite (`sprintf("%v", [x])`). */
export function writeValue(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isNumber(value)) return numberText(value);
  if (value instanceof RegoSet)
    return value.items.length === 0 ? 'set()' : `{${value.items.map(writeValue).join(', ')}}`;
  if (value instanceof RegoObject)
    return `{${value.entries.map(([key, item]) => `${writeValue(key)}: ${writeValue(item)}`).join(', ')}}`;
  return `[${value.map(writeValue).join(', ')}]`;
}

/** JSON text of a value: sets are arrays, keys that are not strings are their text. */
export function writeJson(value: Value): string {
  if (value instanceof RegoSet) return `[${value.items.map(writeJson).join()}]`;
  if (value instanceof RegoObject)
    return `{${value.entries.map(([key, item]) => `${JSON.stringify(jsonKey(key))}:${writeJson(item)}`).join()}}`;
  if (isArray(value)) return `[${value.map(writeJson).join()}]`;
  return writeValue(value);
}

export function jsonKey(key: Value): string {
  return typeof key === 'string' ? key : writeJson(key);
}

const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const stringBody = /"(?:[^"\\]|\\.)*"/sy;
const space = /[ \t\r\n]*/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Value {
    this.#skip();
    switch (this.#text[this.#at]) {
      case '"':
        return this.#string();
      case '[':
        return this.#items('[', ']');
      case '{':
        return this.#braces();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      case 's':
        return this.#word('set()', new RegoSet([]));
      default:
        return this.#number();
    }
  }

  end(): void {
    this.#skip();
    if (this.#at !== this.#text.length) this.#fail();
  }

  #braces(): Value {
    this.#expect('{');
    if (this.#next('}')) return new RegoObject([]);
    const first = this.value();
    if (!this.#next(':')) return this.#setFrom(first);
    const entries: [Value, Value][] = [[first, this.value()]];
    while (this.#next(',')) {
      const key = this.value();
      this.#expect(':');
      entries.push([key, this.value()]);
    }
    this.#expect('}');
    return new RegoObject(entries);
  }

  #setFrom(first: Value): RegoSet {
    const items = [first];
    while (this.#next(',')) items.push(this.value());
    this.#expect('}');
    return new RegoSet(items);
  }

  #items(open: string, close: string): Value[] {
    this.#expect(open);
    const items: Value[] = [];
    if (this.#next(close)) return items;
    do items.push(this.value());
    while (this.#next(','));
    this.#expect(close);
    return items;
  }

  #string(): string {
    const parsed: unknown = JSON.parse(this.#match(stringBody));
    return typeof parsed === 'string' ? parsed : this.#fail();
  }

  #number(): number | bigint | Decimal {
    return numberFromText(this.#match(number));
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail();
    this.#at += word.length;
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return this.#fail();
    this.#at += found.length;
    return found;
  }

  #skip(): void {
    this.#match(space);
  }

  #next(char: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #expect(char: string): void {
    if (!this.#next(char)) this.#fail();
  }

  #fail(): never {
    throw new SyntaxError(`not a value at character ${this.#at}`);
  }
}
