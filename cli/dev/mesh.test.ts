// The agent of `lattice dev` on a real Postgres: files follow the rows, and what is done to them by hand is undone and told.

import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Log } from '../../config/log.ts';
import { type AuditEvent, auditEventSchema } from '../../crds/audit.ts';
import { temporaryFolder } from '../../servers/testing.ts';
import type { Database } from '../../store/database.ts';
import { startTestDatabase, type TestDatabase } from '../../store/testing/database.ts';
import { meshAgent } from './mesh.ts';

let pg: TestDatabase;
let db: Database;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let agent: ReturnType<typeof meshAgent>;
let logged: string[];
let mark: number;

beforeAll(async () => {
  pg = await startTestDatabase();
  db = pg.open('controller');
});
afterAll(() => pg.stop());

const NETWORK = '0190a5d0-7b1e-7c3a-9f00-00000000000a';
const uidOf = (number: number): string => `0190a5d0-7b1e-7c3a-9f00-00000000001${number}`;
const keyOf = (letter: string): string => `${letter.repeat(42)}A=`;

beforeEach(async () => {
  await pg.sql('TRUNCATE lattice_mesh_networks, lattice_mesh_peers');
  mark = Number((await pg.sql('SELECT coalesce(max(id), 0)::int AS id FROM audit_event'))[0]?.id);
  await pg.sql(`INSERT INTO lattice_mesh_networks VALUES ($1, 'acme', 'home', '10.20.0.0/24', 1)`, [NETWORK]);
  await insertPeer('gate', 1, keyOf('g'));
  await insertPeer('laptop', 2, keyOf('l'));
  folder = await temporaryFolder();
  logged = [];
  const note = (_fields: object, message: string): void => {
    logged.push(message);
  };
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  agent = meshAgent({ db, folder: join(folder.path, 'mesh'), log });
  await agent.look();
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const insertPeer = (name: string, number: number, publicKey: string | null) =>
  pg.sql(
    `INSERT INTO lattice_mesh_peers (uid, org, name, network_uid, address, public_key, routes, generation)
     VALUES ($1, 'acme', $2, $3, $4, $5, '{}', 1)`,
    [uidOf(number), name, NETWORK, `10.20.0.${number}`, publicKey],
  );
const at = (...path: string[]): string => join(folder.path, 'mesh', ...path);
const GATE = ['acme', 'gate.conf'];

async function told(): Promise<AuditEvent[]> {
  const rows = await pg.sql(`SELECT convert_from(bytes, 'UTF8') AS text FROM audit_event WHERE id > $1`, [
    mark,
  ]);
  return rows.map(({ text }) => auditEventSchema.parse(JSON.parse(String(text))));
}

test('every peer has a file for its owner only, without a private key, and nobody is told', async () => {
  expect((await readdir(at('acme'))).sort()).toEqual(['gate.conf', 'laptop.conf']);
  const text = await readFile(at(...GATE), 'utf8');
  expect(text).toContain(`PublicKey = ${keyOf('l')}`);
  expect(text).not.toContain('PrivateKey');
  expect((await stat(at(...GATE))).mode & 0o777).toBe(0o600);
  expect(await told()).toEqual([]);
});

test('a file that is as it should be is not touched', async () => {
  const before = await stat(at(...GATE), { bigint: true });
  await agent.look();
  const after = await stat(at(...GATE), { bigint: true });
  expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
});

test.each<[string, () => Promise<void>, string]>([
  ['an edited file', () => writeFile(at(...GATE), 'AllowedIPs = 0.0.0.0/0'), 'different'],
  ['a deleted file', () => rm(at(...GATE)), 'missing'],
  ['a deleted folder', () => rm(at('acme'), { recursive: true }), 'missing'],
  ['a file that others can read', () => chmod(at(...GATE), 0o644), 'readable-by-others'],
])('%s is repaired, and the ledger is told', async (_what, change, found) => {
  const before = await readFile(at(...GATE), 'utf8');
  await change();
  await agent.look();
  expect(await readFile(at(...GATE), 'utf8')).toBe(before);
  expect((await stat(at(...GATE))).mode & 0o777).toBe(0o600);
  const event = (await told()).find(({ name }) => name === 'gate');
  expect(event).toMatchObject({
    kind: 'MeshPeer',
    uid: uidOf(1),
    action: 'repair',
    source: 'mesh',
    outcome: 'ok',
    message: `the config on its host was ${found}`,
  });
  expect(logged).toContain('repaired a mesh config');
  await agent.look();
  expect((await told()).filter(({ name }) => name === 'gate')).toHaveLength(1);
});

test('a change of what is declared is written, and is no repair', async () => {
  await insertPeer('phone', 3, keyOf('p'));
  await agent.look();
  expect(await readFile(at(...GATE), 'utf8')).toContain(keyOf('p'));
  expect(await readdir(at('acme'))).toContain('phone.conf');
  expect(await told()).toEqual([]);
});

test('files that no peer stands behind are removed', async () => {
  await pg.sql(`DELETE FROM lattice_mesh_peers WHERE name = 'gate'`);
  await writeFile(at('acme', 'notes.txt'), 'x');
  await mkdir(at('gone-org'));
  await writeFile(at('gone-org', 'x.conf'), 'x');
  await agent.look();
  expect(await readdir(at())).toEqual(['acme']);
  expect(await readdir(at('acme'))).toEqual(['laptop.conf']);
  expect(await readFile(at('acme', 'laptop.conf'), 'utf8')).not.toContain('[Peer]');
});

test.each([
  ['a peer without a key', `UPDATE lattice_mesh_peers SET public_key = NULL WHERE name = 'gate'`],
  ['a peer without an address', `UPDATE lattice_mesh_peers SET address = NULL WHERE name = 'gate'`],
])('%s has no file, and is in none', async (_what, change) => {
  await pg.sql(change);
  await agent.look();
  expect(await readdir(at('acme'))).toEqual(['laptop.conf']);
  expect(await readFile(at('acme', 'laptop.conf'), 'utf8')).not.toContain('[Peer]');
});

test.each([
  [
    'a line that was smuggled in',
    `UPDATE lattice_mesh_peers SET endpoint = E'a:1\\nPostUp = sh' WHERE name = 'gate'`,
  ],
  ['a name that leads elsewhere', `UPDATE lattice_mesh_peers SET name = '../../x' WHERE name = 'gate'`],
  [
    'two peers with one key',
    `UPDATE lattice_mesh_peers SET public_key = '${keyOf('l')}' WHERE name = 'gate'`,
  ],
  ['two peers with one address', `UPDATE lattice_mesh_peers SET address = '10.20.0.2' WHERE name = 'gate'`],
])(
  'rows that nobody may have declared are not rendered, and the files of before stay: %s',
  async (_what, change) => {
    const before = await readFile(at('acme', 'laptop.conf'), 'utf8');
    await pg.sql(change);
    await agent.look();
    expect(await readFile(at('acme', 'laptop.conf'), 'utf8')).toBe(before);
    expect((await readdir(at('acme'))).sort()).toEqual(['gate.conf', 'laptop.conf']);
    expect(logged).toContain('a mesh network is not rendered');
  },
);
