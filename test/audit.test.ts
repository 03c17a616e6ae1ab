// The ledger of a real history: it verifies from the controller, from an export without any server, and from the database;
// and it stops verifying, at the right place, when a copy is edited.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { auditLinkSchema } from '../crds/audit.ts';
import { copyLedger } from './demo/copy.ts';
import { type Api, apiOf } from './support/api.ts';
import { lattice, runNode } from './support/cli.ts';
import { cleanEnvironment, removeFolder, temporaryFolder } from './support/dev.ts';
import { eventually } from './support/eventually.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let api: Api;
let org: string;
let folder: string;
let exported: string;

beforeAll(async () => {
  world = await sharedWorld();
  api = apiOf(world.state);
  org = uniqueName('ledger');
  folder = await temporaryFolder();
  await api.create('/v1/orgs', { metadata: { name: org } });
  for (const name of ['one', 'two', 'three']) {
    await api.create(`/v1/orgs/${org}/budgets`, { metadata: { name }, spec: { limitMicroUsd: 1 } });
    await api.ready(`/v1/orgs/${org}/budgets/${name}`);
  }
  // An object is ready a moment before its last event is linked.
  const pending = () =>
    world.sql(
      `SELECT FROM audit_pending p JOIN audit_event e ON e.id = p.event_id JOIN objects o ON o.uid::text = e.chain WHERE o.name = $1`,
      [org],
    );
  await eventually('every event is linked', pending, (rows) => rows.length === 0);
  const ran = await lattice(world.state, ['audit', 'export', '--org', org]);
  exported = ran.stdout;
});

afterAll(async () => {
  await world.close();
  await removeFolder(folder);
});

/** Verifies an export by the command, with no server to be found. */
async function verifyExport(name: string, lines: readonly string[]) {
  const file = join(folder, name);
  await writeFile(file, `${lines.join('\n')}\n`);
  const launcher = join(import.meta.dirname, '../cli/lattice.js');
  return await runNode([launcher, 'audit', 'verify', '--file', file], cleanEnvironment());
}

const lines = (): string[] => exported.trimEnd().split('\n');

test('the controller serves a ledger that verifies', async () => {
  const ran = await lattice(world.state, ['audit', 'verify', '--org', org]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toMatch(new RegExp(`${org}\\s+${lines().length}\\s+0\\s+[0-9a-f]{16}\\s+ok`));
});

test('an export verifies offline, from the exact bytes', async () => {
  expect(await verifyExport('whole.jsonl', lines())).toMatchObject({ code: 0, stderr: '' });
  expect(await readFile(join(folder, 'whole.jsonl'), 'utf8')).toBe(exported);
});

test.each([
  [
    'an event was edited',
    (all: string[]) => [all[0], edit(all[1]), ...all.slice(2)],
    /link 2: the hash does not match the event/,
  ],
  ['a link is missing', (all: string[]) => [all[0], ...all.slice(2)], /link 3: .*missing/],
  ['two links were swapped', (all: string[]) => [all[1], all[0], ...all.slice(2)], /link 2: .*out of order/],
  ['a link stands twice', (all: string[]) => [all[0], all[0], ...all.slice(1)], /link 1: .*doubled/],
])('an export in which %s fails, and says where', async (what, spoil, says) => {
  const ran = await verifyExport(`${what}.jsonl`, spoil(lines()).map(String));
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(says);
  expect(ran.stdout).toContain('BROKEN');
});

function edit(line: string | undefined): string {
  const link = auditLinkSchema.parse(JSON.parse(line ?? ''));
  return JSON.stringify({ ...link, event: link.event.replace('"outcome":"ok"', '"outcome":"denied"') });
}

test('a copy of the database verifies, and fails after one row was edited', async () => {
  const copy = await copyLedger(world);
  expect(await lattice(world.state, ['audit', 'verify', '--database', copy.url])).toMatchObject({ code: 0 });
  await copy.edit();
  const ran = await lattice(world.state, ['audit', 'verify', '--database', copy.url]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/the hash does not match the event/);
  expect(await lattice(world.state, ['audit', 'verify'])).toMatchObject({ code: 0 });
});

test('the list tells who did what, and names no secret', async () => {
  const { stdout } = await lattice(world.state, ['audit', 'list', '--org', org]);
  expect(stdout).toMatch(new RegExp(`dev\\s+create\\s+Budget ${org}/one\\s+ok\\s+Admitted`));
  expect(stdout).not.toContain(world.state.token);
});

test('an org that has no chain is said', async () => {
  const ran = await lattice(world.state, ['audit', 'verify', '--org', 'nobody-has-this']);
  expect([ran.code, ran.stderr]).toEqual([1, 'there is no chain of org nobody-has-this\n']);
});
