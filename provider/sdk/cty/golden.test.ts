// Bytes that go-cty made (test/cty-oracle records them), read and written again.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { decodeJson } from './json.ts';
import { decodeMsgpack, encodeMsgpack } from './msgpack.ts';
import { typeFromJson } from './type.ts';
import { equal } from './value.ts';

const golden = z
  .array(z.strictObject({ type: z.unknown(), msgpack: z.string(), json: z.string().optional() }))
  .parse(JSON.parse(await readFile(join(import.meta.dirname, 'golden.json'), 'utf8')));

test('every vector of go-cty is read, and comes back from our own bytes as the same value', () => {
  expect(golden.length).toBeGreaterThan(200);
  for (const { type: typeJson, msgpack, json } of golden) {
    const type = typeFromJson(typeJson);
    const value = decodeMsgpack(Buffer.from(msgpack, 'hex'), type);
    expect(equal(decodeMsgpack(encodeMsgpack(value, type), type), value)).toBe(true);
    if (json !== undefined) expect(equal(decodeJson(new TextEncoder().encode(json), type), value)).toBe(true);
  }
});
