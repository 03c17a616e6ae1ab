// The tables themselves: nobody changes what is written, whatever role and tool he comes with.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../store/database.ts';
import { type Role, startTestDatabase, type TestDatabase } from '../store/testing/database.ts';
import { appendEvent } from './append.ts';
import { listChains, readLinks } from './read.ts';
import { verifyChain } from './verify.ts';

let pg: TestDatabase;
const dbs = new Map<Role, Database>();
const as = (role: Role): Database => {
  const db = dbs.get(role) ?? pg.open(role);
  dbs.set(role, db);
  return db;
};

const CHAIN = '0190a5d0-7b1e-7c3a-9f00-000000000001';
const FENCE = 7;

beforeAll(async () => {
  pg = await startTestDatabase();
  await pg.sql(`INSERT INTO leases VALUES ('sealer', 'test', now() + interval '1 hour', $1)`, [FENCE]);
  for (const chain of [CHAIN, CHAIN, CHAIN, 'system']) await appendTo(chain);
  await as('controller').run('SELECT audit_seal($1, 100)', [FENCE]);
});

afterAll(() => pg.stop());

const appendTo = (chain: string) =>
  as('controller').transaction((tx) =>
    appendEvent(
      tx,
      chain,
      {
        actor: { type: 'token', id: 'ci' },
        source: 'http',
        owner: null,
        kind: 'Budget',
        org: 'acme',
        name: 'root',
        uid: null,
        generation: 1,
        action: 'create',
        phase: 'outcome',
        changed: [],
        outcome: 'ok',
        reason: '',
        message: '',
      },
      { after: 'personal' },
    ),
  );

const ledger = async () => [
  await pg.sql('SELECT * FROM audit_event ORDER BY id'),
  await pg.sql('SELECT * FROM audit_link ORDER BY chain, seq'),
  await pg.sql('SELECT * FROM audit_pending'),
];

const changes = [
  'UPDATE audit_event SET bytes = bytes',
  'DELETE FROM audit_event',
  'TRUNCATE audit_event CASCADE',
  'UPDATE audit_link SET hash = hash',
  'DELETE FROM audit_link',
  'TRUNCATE audit_link',
];

test.each(
  changes.flatMap((statement) =>
    (['controller', 'runtime', 'owner'] as const).map((role) => ({ statement, role })),
  ),
)('$statement is refused to the $role', async ({ statement, role }) => {
  const before = await ledger();
  await expect(as(role).run(statement)).rejects.toMatchObject({ code: '42501' });
  expect(await ledger()).toEqual(before);
});

test.each(changes)('%s is refused to the superuser in a session of a replica', async (statement) => {
  const before = await ledger();
  const changing = as('owner').transaction(async (tx) => {
    await tx.run('SET LOCAL session_replication_role = replica');
    await tx.run(statement);
  });
  await expect(changing).rejects.toMatchObject({
    code: '42501',
    message: expect.stringContaining('append-only'),
  });
  expect(await ledger()).toEqual(before);
});

const inserts = [
  `INSERT INTO audit_event (chain, bytes, content_hash) VALUES ('x', '', '')`,
  `INSERT INTO audit_link (chain, seq, event_id, prev_hash, hash) SELECT 'x', 1, max(id), '', '' FROM audit_event`,
  'INSERT INTO audit_pending (event_id) SELECT min(id) FROM audit_event',
  'DELETE FROM audit_pending',
  'DELETE FROM audit_diff',
  `UPDATE audit_diff SET diff = ''`,
];

test.each(
  inserts.flatMap((statement) => (['controller', 'runtime'] as const).map((role) => ({ statement, role }))),
)(
  'past the functions nothing is written: $statement is refused to the $role',
  async ({ statement, role }) => {
    const before = await ledger();
    await expect(as(role).run(statement)).rejects.toMatchObject({ code: '42501' });
    expect(await ledger()).toEqual(before);
  },
);

test.each(['controller', 'runtime'] as const)('the %s cannot take the guards away', async (role) => {
  for (const statement of [
    'ALTER TABLE audit_event DISABLE TRIGGER ALL',
    'DROP TABLE audit_link',
    'SET session_replication_role = replica',
    'CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
  ])
    await expect(as(role).run(statement)).rejects.toMatchObject({ code: '42501' });
});

test('the runtime cannot seal', async () => {
  await expect(as('runtime').run('SELECT audit_seal($1, 1)', [FENCE])).rejects.toMatchObject({
    code: '42501',
  });
});

test('a seq, and a hash to continue from, is used once in a chain: no fork, whoever writes', async () => {
  const before = await ledger();
  const fork = (seq: string, prev: string) =>
    as('owner').transaction(async (tx) => {
      await tx.run(`INSERT INTO audit_event (chain, bytes, content_hash) VALUES ($1, '{}', sha256('{}'))`, [
        CHAIN,
      ]);
      await tx.run(
        `INSERT INTO audit_link SELECT $1, ${seq}, (SELECT max(id) FROM audit_event), ${prev}, sha256('x') FROM audit_link WHERE chain = $1 AND seq = 2`,
        [CHAIN],
      );
    });
  await expect(fork('2', `'new'`)).rejects.toMatchObject({ code: '23505' });
  await expect(fork('99', 'prev_hash')).rejects.toMatchObject({ code: '23505' });
  expect(await ledger()).toEqual(before);
});

test('the diffs can be erased, and the chain still verifies', async () => {
  expect(await as('owner').run('DELETE FROM audit_diff')).toBeGreaterThan(0);
  const links = await readLinks(as('controller'), CHAIN, 0, 100);
  expect(await verifyChain(CHAIN, links)).toMatchObject({ org: 'acme', length: 3, breaks: [] });
  expect(JSON.stringify(links)).not.toContain('personal');
});

test('chains are listed with their org, length and tail, the system chain first', async () => {
  await appendTo(CHAIN);
  expect(await listChains(as('runtime'))).toEqual([
    { chain: 'system', org: 'system', length: 1, unsealed: 0 },
    { chain: CHAIN, org: 'acme', length: 3, unsealed: 1 },
  ]);
});

test('links are read in pages, in order, and of one chain', async () => {
  const read = async (after: number, limit: number) =>
    (await readLinks(as('controller'), CHAIN, after, limit)).map(({ seq }) => seq);
  expect(await read(0, 2)).toEqual([1, 2]);
  expect(await read(2, 2)).toEqual([3]);
  expect(await read(3, 2)).toEqual([]);
  expect(await readLinks(as('controller'), 'nothing', 0, 10)).toEqual([]);
});
