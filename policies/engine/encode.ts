// The input as the bytes that every policy reads.
// Promise: integers of any size keep their value (a bigint is written digit by digit, as `opa eval` would read it).
// Never: a number that JSON cannot hold: it is refused by name.

export function encodeInput(input: unknown): Uint8Array {
  return new TextEncoder().encode(encode(input, ''));
}

function encode(value: unknown, pointer: string): string {
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'number':
      if (!Number.isFinite(value))
        throw new RangeError(`the input holds ${value} at '${pointer}', which is not a number of JSON`);
      return JSON.stringify(value);
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value))
        return `[${value.map((item: unknown, index) => encode(item, `${pointer}/${index}`)).join()}]`;
      const entries = Object.entries(value).filter(([, item]) => item !== undefined);
      return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${encode(item, `${pointer}/${key}`)}`).join()}}`;
    }
    default:
      return JSON.stringify(value) ?? 'null';
  }
}
