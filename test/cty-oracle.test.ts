// The codec against go-cty itself: whatever one of them encodes, the other one reads as the same value. The vectors beside the
// codec are what go-cty made once; here they are made again.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { decodeJson } from '../provider/sdk/cty/json.ts';
import { decodeMsgpack, encodeMsgpack } from '../provider/sdk/cty/msgpack.ts';
import { typeToJson } from '../provider/sdk/cty/type.ts';
import { equal } from '../provider/sdk/cty/value.ts';
import { type Typed, typed } from '../provider/sdk/testing/values.ts';

const GOLDEN = join(import.meta.dirname, '../provider/sdk/cty/golden.json');
const GOLDEN_SEED = 20_261_125;

const answerSchema = z.strictObject({
  msgpack: z.string().optional(),
  json: z.string().optional(),
  error: z.string().optional(),
});
type Answer = z.infer<typeof answerSchema>;

let folder = '';
let oracle = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lattice-cty-oracle-'));
  oracle = join(folder, 'oracle');
  await promisify(execFile)('go', ['build', '-trimpath', '-o', oracle, '.'], {
    cwd: join(import.meta.dirname, 'cty-oracle'),
  });
}, 300_000);

afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** What go-cty makes of the bytes in which our codec writes the values. */
async function asked(values: readonly Typed[]): Promise<Answer[]> {
  const child = spawn(oracle, { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  for (const { type, value } of values) {
    const msgpack = Buffer.from(encodeMsgpack(value, type)).toString('hex');
    child.stdin.write(`${JSON.stringify({ type: typeToJson(type), msgpack })}\n`);
  }
  child.stdin.end();
  await once(child, 'close');
  return output
    .trim()
    .split('\n')
    .map((line) => answerSchema.parse(JSON.parse(line)));
}

async function agrees(values: readonly Typed[]): Promise<void> {
  const answers = await asked(values);
  expect(answers).toHaveLength(values.length);
  for (const [at, { type, value }] of values.entries()) {
    const { error, msgpack = '', json } = answers[at] ?? {};
    const shown = JSON.stringify(typeToJson(type));
    expect({ shown, error }).toEqual({ shown, error: undefined });
    expect({ shown, same: equal(decodeMsgpack(Buffer.from(msgpack, 'hex'), type), value) }).toEqual({
      shown,
      same: true,
    });
    if (json !== undefined)
      expect({ shown, same: equal(decodeJson(new TextEncoder().encode(json), type), value) }).toEqual({
        shown,
        same: true,
      });
  }
}

test('go-cty and the codec read each other, for values of every type', async () => {
  await agrees(fc.sample(typed, 3_000));
});

test('the committed vectors are what go-cty makes', async () => {
  const values = fc.sample(typed, { numRuns: 250, seed: GOLDEN_SEED });
  const answers = await asked(values);
  const golden = values.map(({ type }, at) => ({ type: typeToJson(type), ...answers[at] }));
  const text = `[\n${golden.map((vector) => `  ${JSON.stringify(vector)}`).join(',\n')}\n]\n`;
  if (process.env.LATTICE_RECORD === '1') await writeFile(GOLDEN, text);
  expect(await readFile(GOLDEN, 'utf8')).toBe(text);
});
