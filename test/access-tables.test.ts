// Every kind of governance and mesh keeps its row in its table: written, put right, written again, and gone without a trace.

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Api, apiOf } from './support/api.ts';
import { eventually } from './support/eventually.ts';
import { events } from './support/ledger.ts';
import { sharedWorld, uniqueName, type World } from './support/world.ts';

let world: World;
let api: Api;
let org: string;

beforeAll(async () => {
  world = await sharedWorld();
  api = apiOf(world.state);
  org = uniqueName('tables');
  await api.create('/v1/orgs', { metadata: { name: org } });
});

afterAll(async () => {
  await world.close();
});

interface Case {
  readonly kind: string;
  readonly plural: string;
  readonly table: string;
  readonly spec: object;
  /** What the row holds of the spec. */
  readonly row: object;
  /** What somebody makes of it, as SQL. */
  readonly edit: string;
  /** The column that is edited. */
  readonly column: string;
}

const role = { rules: [{ verbs: ['get'], kinds: ['Agent'], selector: 'env=prod' }] };

// What is referred to comes first and is deleted last.
const cases: readonly Case[] = [
  {
    kind: 'Policy',
    plural: 'policies',
    table: 'lattice_policies',
    spec: { enforcement: 'advisory', rego: 'package lattice.policy.one\n\ndeny contains "no" if false\n' },
    row: { target: 'admission', enforcement: 'advisory' },
    edit: `'hard-mandatory'`,
    column: 'enforcement',
  },
  {
    kind: 'Waiver',
    plural: 'waivers',
    table: 'lattice_waivers',
    spec: {
      fingerprint: 'a'.repeat(64),
      approver: 'dev',
      reason: 'seen and accepted',
      expiresAt: '2100-01-01T00:00:00Z',
    },
    row: { fingerprint: 'a'.repeat(64), approver: 'dev', expires_at: '2100-01-01T00:00:00Z' },
    edit: `'3000-01-01T00:00:00Z'`,
    column: 'expires_at',
  },
  {
    kind: 'Guardrail',
    plural: 'guardrails',
    table: 'lattice_guardrails',
    spec: {
      models: [{ provider: 'ollama', name: 'smollm2' }],
      tools: ['mail', 'sh'],
      requireApproval: ['sh'],
    },
    row: { tools: ['mail', 'sh'], require_approval: ['sh'], pii_input: 'block', pii_output: 'block' },
    edit: `'{}'`,
    column: 'require_approval',
  },
  {
    kind: 'ModelProvider',
    plural: 'modelproviders',
    table: 'lattice_model_providers',
    spec: { type: 'ollama', baseUrl: 'http://127.0.0.1:11434', apiKey: { env: 'LATTICE_SECRET_OLLAMA' } },
    row: { type: 'ollama', base_url: 'http://127.0.0.1:11434', api_key: { env: 'LATTICE_SECRET_OLLAMA' } },
    edit: `'https://evil.example.com'`,
    column: 'base_url',
  },
  {
    kind: 'MeshNetwork',
    plural: 'meshnetworks',
    table: 'lattice_mesh_networks',
    spec: { cidr: '10.77.0.0/29' },
    row: { cidr: '10.77.0.0/29' },
    edit: `'10.0.0.0/8'`,
    column: 'cidr',
  },
  {
    kind: 'MeshPeer',
    plural: 'meshpeers',
    table: 'lattice_mesh_peers',
    spec: { network: 'one', publicKey: `${'b'.repeat(42)}A=`, routes: ['10.78.0.0/24'] },
    row: { public_key: `${'b'.repeat(42)}A=`, routes: ['10.78.0.0/24'] },
    edit: `'{0.0.0.0/0}'`,
    column: 'routes',
  },
  {
    kind: 'AgentRole',
    plural: 'agentroles',
    table: 'lattice_agent_roles',
    spec: role,
    row: { inherits: [], rules: [{ ...role.rules[0], effect: 'allow' }] },
    edit: `'[{"effect": "allow", "verbs": ["*"], "kinds": ["*"], "selector": ""}]'`,
    column: 'rules',
  },
  {
    kind: 'AgentRoleBinding',
    plural: 'agentrolebindings',
    table: 'lattice_agent_role_bindings',
    spec: { role: 'one', subjects: [{ type: 'user', name: 'alice' }] },
    row: { role: 'one', subjects: [{ type: 'user', name: 'alice' }] },
    edit: `subjects || '[{"type": "user", "name": "mallory"}]'`,
    column: 'subjects',
  },
];

const path = ({ plural }: Case): string => `/v1/orgs/${org}/${plural}/one`;

/** The row of a uid, if there is one. */
const rowOf = async (table: string, uid: string): Promise<Record<string, unknown> | undefined> =>
  (await world.sql(`SELECT * FROM ${table} WHERE uid = $1`, [uid]))[0];

describe.each(cases)('$kind', (given) => {
  const { kind, plural, table, spec, row, edit, column } = given;
  let uid: string;
  let written: Record<string, unknown> | undefined;

  test('is ready when its row is written', async () => {
    const created = await api.create(`/v1/orgs/${org}/${plural}`, { metadata: { name: 'one' }, spec });
    uid = created.metadata.uid;
    await api.ready(path(given));
    written = await rowOf(table, uid);
    expect(written).toMatchObject({ ...row, org, name: 'one', generation: '1' });
  });

  test('an edited row is put right, and the ledger names the column', async () => {
    await world.sql(`UPDATE ${table} SET ${column} = ${edit} WHERE uid = $1`, [uid]);
    expect(await rowOf(table, uid)).not.toEqual(written);
    await eventually(
      'the row is as declared',
      () => rowOf(table, uid),
      (found) => JSON.stringify(found) === JSON.stringify(written),
    );
    const repairs = (await events(world, org)).filter(
      (event) => event.uid === uid && event.action === 'repair',
    );
    expect(repairs.at(-1)).toMatchObject({ kind, outcome: 'ok', changed: [`${table}.${column}`] });
  });

  test('a deleted row is written again', async () => {
    await world.sql(`DELETE FROM ${table} WHERE uid = $1`, [uid]);
    const found = await eventually(
      'the row is back',
      () => rowOf(table, uid),
      (again) => again !== undefined,
    );
    expect(found).toEqual(written);
  });

  test('a row that nobody declared is removed', async () => {
    const [ghost] = await world.sql(
      `INSERT INTO ${table} SELECT (jsonb_populate_record(NULL::${table},
         to_jsonb(t) || jsonb_build_object('uid', gen_random_uuid(), 'name', 'ghost'))).*
       FROM ${table} t WHERE uid = $1 RETURNING uid`,
      [uid],
    );
    await eventually(
      'the row is removed',
      () => rowOf(table, String(ghost?.uid)),
      (found) => found === undefined,
    );
    const removal = (await events(world, org)).find((event) => event.uid === ghost?.uid);
    expect(removal).toMatchObject({ kind, name: 'ghost', action: 'remove', reason: 'Unmanaged' });
    expect(await rowOf(table, uid)).toEqual(written);
  });
});

test.each([...cases].reverse())('deleting a $kind leaves nothing', async (given) => {
  const { uid } = (await api.get(path(given))).metadata;
  expect((await api.send('DELETE', path(given))).status).toBe(202);
  await api.gone(path(given));
  expect(await rowOf(given.table, uid)).toBeUndefined();
  const [left] = await world.sql(
    `SELECT (SELECT count(*)::int FROM objects WHERE uid = $1) AS objects,
       (SELECT count(*)::int FROM object_references WHERE uid = $1) AS refs,
       (SELECT count(*)::int FROM work WHERE object_uid = $1) AS work`,
    [uid],
  );
  expect(left).toEqual({ objects: 0, refs: 0, work: 0 });
});
