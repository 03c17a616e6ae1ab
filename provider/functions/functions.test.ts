import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Value } from '../sdk/cty/value.ts';
import { ArgumentError } from '../sdk/function.ts';
import { functions } from './functions.ts';

async function call(name: string, ...args: Value[]): Promise<Value> {
  const found = functions.get(name);
  if (found === undefined) throw new Error(`there is no function ${name}`);
  return await found.call(args);
}

/** Position and text of what is wrong. */
async function fault(name: string, ...args: Value[]): Promise<string> {
  const error = await call(name, ...args).then(
    (value) => new Error(`answered ${String(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ArgumentError)) throw error;
  return `${error.argument}: ${error.message}`;
}

test.each<[string, Value[], Value]>([
  ['usd', ['50.00'], 50_000_000n],
  ['usd', ['0'], 0n],
  ['usd', ['0.000001'], 1n],
  ['usd', ['9007199254.740991'], 9_007_199_254_740_991n],
  ['call_price', [1200n, 300n, 3_000_000n, 15_000_000n], 8_100n],
  ['call_price', [1n, 0n, 1n, 0n], 1n],
  ['call_price', [0n, 0n, 1n, 1n], 0n],
  ['seconds', ['1h30m'], 5_400n],
  ['seconds', ['2d'], 172_800n],
  ['seconds', ['0s'], 0n],
  ['window_seconds', ['hour'], 3_600n],
  ['window_seconds', ['month'], 2_682_000n],
  ['next_address', ['10.20.0.0/24', []], '10.20.0.1'],
  ['next_address', ['10.20.0.0/24', ['10.20.0.1', '10.20.0.3']], '10.20.0.2'],
  ['next_address', ['10.0.0.0/31', ['10.0.0.0']], '10.0.0.1'],
  ['next_address', ['fd00::/64', ['fd00:0::1']], 'fd00::2'],
])('%s(%j) is exact', async (name, args, answer) => {
  expect(await call(name, ...args)).toBe(answer);
});

test.each<[string, Value[], string]>([
  ['usd', ['-1'], '0: must be an amount in USD'],
  ['usd', ['$5'], '0: must be an amount in USD'],
  ['usd', ['0.0000001'], '0: must be an amount in USD'],
  ['usd', ['1e3'], '0: must be an amount in USD'],
  ['usd', ['9007199254.740992'], '0: must be at most 9007199254740991 micro-USD'],
  ['call_price', [-1n, 0n, 0n, 0n], '0: must be a whole number of at least 0'],
  ['call_price', [0n, 0n, 0n, -1n], '3: must be a whole number of at least 0'],
  ['seconds', [''], '0: must be a duration'],
  ['seconds', ['30m1h'], '0: must be a duration'],
  ['seconds', ['1.5h'], '0: must be a duration'],
  ['window_seconds', ['year'], '0: must be one of hour, day, week, month'],
  ['next_address', ['10.20.0.1/24', []], '0: write the range as "10.20.0.0/24"'],
  ['next_address', ['nowhere', []], '0: it is not a range'],
  ['next_address', ['10.0.0.0/24', ['fd00::1']], '1: "fd00::1" is not an address'],
  ['next_address', ['10.0.0.0/30', ['10.0.0.1', '10.0.0.2']], '1: leaves no address of 10.0.0.0/30 free'],
])('%s(%j) names the argument and what is wrong', async (name, args, message) => {
  expect(await fault(name, ...args)).toContain(message);
});

test('any amount of micro-USD survives the way through text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.bigInt({ min: 0n, max: BigInt(Number.MAX_SAFE_INTEGER) }), async (micro) => {
      const text = `${micro / 1_000_000n}.${String(micro % 1_000_000n).padStart(6, '0')}`;
      expect(await call('usd', text)).toBe(micro);
    }),
  );
});
