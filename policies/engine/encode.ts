// The input as the bytes that every policy reads.
// Promise: integers of any size keep their value (a bigint is written digit by digit, as `opa eval` would read it).
// Never: a number that JSON cannot hold: it is refused by name.

export function encodeInput(input: unknown): Uint8Array {
  // JSON.stringify is many times faster, but does not know bigints.
  const text = needsDigits(input, '') ? encode(input) : (JSON.stringify(input) ?? 'null');
  return new TextEncoder().encode(text);
}

/** Whether there is a bigint anywhere. Throws for what is not a number of JSON. */
function needsDigits(value: unknown, pointer: string): boolean {
  if (typeof value === 'bigint') return true;
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`the input holds ${value} at '${pointer}', which is not a number of JSON`);
  if (typeof value !== 'object' || value === null) return false;
  let found = false;
  for (const [key, item] of Object.entries(value))
    if (typeof item !== 'string') found = needsDigits(item, `${pointer}/${key}`) || found;
  return found;
}

function encode(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(encode).join()}]`;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${encode(item)}`).join()}}`;
}
