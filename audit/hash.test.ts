import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Database } from '../store/database.ts';
import { startTestDatabase, type TestDatabase } from '../store/testing/database.ts';
import { canonicalJson, genesisHash, linkHash, sealDiff } from './hash.ts';

let pg: TestDatabase;
let db: Database;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('owner');
});

afterAll(() => pg.stop());

const UID = '0190a5d0-7b1e-7c3a-9f00-000000000001';

// Computed with sha256sum, outside this project: they must never change, or old chains no longer verify.
const genesis = [
  {
    chain: 'system',
    org: 'system',
    hash: 'a180a7007216148788c8006e862602c8b1ebee9f8ce9b1666fd00f0f9e427be2',
  },
  { chain: UID, org: 'acme', hash: 'e5e9878b5dea2fdc2e56e0df4818852aa2ddd67e93bdbd6c0d31fdea4bc2759c' },
  { chain: UID, org: 'globex', hash: 'ce9ef1e1721840355d799ebfa9d3caa559dad7aba88204eb62f17cebb732b157' },
];

test.each(genesis)(
  'chain $chain of $org begins at the same hash in TypeScript and in SQL',
  async ({ chain, org, hash }) => {
    const event = Buffer.from(JSON.stringify({ org }));
    const [sql] = await db.rows(
      z.object({ hash: z.string() }),
      `SELECT encode(audit_genesis($1, $2), 'hex') AS hash`,
      [chain, event],
    );
    expect(genesisHash(chain, org).toString('hex')).toBe(hash);
    expect(sql?.hash).toBe(hash);
  },
);

test('the system chain begins at one hash, whatever org its first event tells of', () => {
  expect(genesisHash('system', 'acme')).toEqual(genesisHash('system', 'globex'));
});

test('a link is the SHA-256 of the event and the hash before it', async () => {
  const event = Buffer.from('{"v":1}');
  const previous = genesisHash('system', 'system');
  const hash = '39219f572db35f623346a9eb53df175d8019679f25ad3fe25cde581374ead4c3';
  expect(linkHash(event, previous).toString('hex')).toBe(hash);
  const [sql] = await db.rows(
    z.object({ hash: z.string() }),
    `SELECT encode(sha256($1::bytea || $2::bytea), 'hex') AS hash`,
    [event, previous],
  );
  expect(sql?.hash).toBe(hash);
});

test.each([
  {
    why: 'keys in order of UTF-16 units',
    value: { b: 1, a: 2, '\u20ac': 3, '\u{1f600}': 4, '\ufb33': 5, '': 6 },
    text: '{"":6,"a":2,"b":1,"\u20ac":3,"\u{1f600}":4,"\ufb33":5}',
  },
  {
    why: 'no white space, nested',
    value: { a: [1, { c: null, b: true }] },
    text: '{"a":[1,{"b":true,"c":null}]}',
  },
  {
    why: 'numbers as ECMAScript writes them',
    value: [1e21, 1e-7, 0.1, -0, 9007199254740991],
    text: '[1e+21,1e-7,0.1,0,9007199254740991]',
  },
  {
    why: 'only the escapes that are needed',
    value: '\u0000\n"\\/\u007f\u2028',
    text: '"\\u0000\\n\\"\\\\/\u007f\u2028"',
  },
  { why: 'a field that is undefined is no field', value: { a: undefined, b: 1 }, text: '{"b":1}' },
])('canonical JSON has one spelling: $why', ({ value, text }) => {
  expect(canonicalJson(value)).toBe(text);
});

test('the order in which keys were set does not matter', () => {
  expect(canonicalJson({ a: 1, b: { d: 2, c: 3 } })).toBe(canonicalJson({ b: { c: 3, d: 2 }, a: 1 }));
});

const circular: { self?: unknown } = {};
circular.self = circular;

test.each([
  { why: 'undefined', value: undefined },
  { why: 'a function', value: () => 1 },
  { why: 'a symbol', value: Symbol('x') },
  { why: 'a bigint', value: 1n },
  { why: 'a bigint inside', value: { a: [1n] } },
  { why: 'NaN', value: Number.NaN },
  { why: 'infinity inside', value: { a: Number.POSITIVE_INFINITY } },
  { why: 'a lone surrogate', value: '\ud800' },
  { why: 'a lone surrogate in a key', value: { '\udc00': 1 } },
  { why: 'a circle', value: circular },
])('what has no canonical form is refused: $why', ({ value }) => {
  expect(() => canonicalJson(value)).toThrow();
});

test('the hash of a diff is that of its salt and canonical bytes, and the salt is new each time', () => {
  const diff = { after: 2, before: 1 };
  const [first, second] = [sealDiff(diff), sealDiff(diff)];
  expect(first.diff.toString()).toBe('{"after":2,"before":1}');
  expect(first.salt).toHaveLength(16);
  expect(createHash('sha256').update(first.salt).update(first.diff).digest('hex')).toBe(first.hash);
  expect(second.salt).not.toEqual(first.salt);
  expect(second.hash).not.toBe(first.hash);
});
