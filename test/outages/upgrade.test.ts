// The database of every release, restored with its workflows running, under today's programs: migrations run, nothing is started
// anew, nothing is said to have been done, and everything can be changed. That today's workflow code continues the histories of
// earlier ones is proved in runtime/replay.test.ts.

import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import pg from 'pg';
import { z } from 'zod';
import {
  AGENT_TASK_QUEUE,
  AGENT_WORKFLOW_TYPE,
  MEMO_GENERATION,
  MEMO_UID,
  namespaceOf,
  workflowIdOf,
} from '../../crds/agent-workflow.ts';
import { lattice } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { type Stand, startStand } from './stand.ts';

const FOLDER = join(import.meta.dirname, 'upgrade');
const releases = readdirSync(FOLDER).filter((file) => file.endsWith('.sql'));

const agentRow = z.object({
  uid: z.string(),
  org: z.string(),
  name: z.string(),
  generation: z.coerce.number(),
  desired: z.enum(['running', 'paused', 'stopped']),
});
type AgentRow = z.infer<typeof agentRow>;

test.each(releases)(
  'from %s: nothing is lost, nothing is restarted, everything can be changed',
  async (file) => {
    const before = { runs: new Map<string, string>(), events: 0 };
    const stand = await startStand({
      restore: async (urlOf, temporalAddress) => {
        await restoreDatabase(urlOf, await readFile(join(FOLDER, file), 'utf8'));
        for (const [id, runId] of await startWorkflows(urlOf, temporalAddress)) before.runs.set(id, runId);
        before.events = await highest(urlOf('lattice'));
      },
    });
    try {
      await unchanged(stand, before);
      await changeable(stand);
    } finally {
      await stand.close();
    }
  },
);

async function restoreDatabase(urlOf: (database?: string) => string, dump: string): Promise<void> {
  await withClient(urlOf('postgres'), (client) => client.query('CREATE DATABASE lattice'));
  await withClient(urlOf('lattice'), (client) => client.query(dump));
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** The workflow of each agent, at the generation that the database says it has acknowledged. */
async function startWorkflows(
  urlOf: (database?: string) => string,
  address: string,
): Promise<[string, string][]> {
  const { rows } = await withClient(urlOf('lattice'), (client) =>
    client.query(`SELECT uid, org, name, generation, spec ->> 'desiredState' AS desired FROM objects
      WHERE kind = 'Agent' AND spec ->> 'desiredState' <> 'stopped'`),
  );
  const agents = rows.map((row) => agentRow.parse(row));
  expect(agents.length).toBeGreaterThan(0);
  const connection = await Connection.connect({ address });
  try {
    for (const org of new Set(agents.map((agent) => agent.org)))
      await connection.workflowService.registerNamespace({
        namespace: namespaceOf(org),
        workflowExecutionRetentionPeriod: msToTs('1 day'),
      });
    return await Promise.all(agents.map((agent) => startWorkflow(connection, agent)));
  } finally {
    await connection.close();
  }
}

async function startWorkflow(connection: Connection, agent: AgentRow): Promise<[string, string]> {
  const { uid, org, name, generation, desired } = agent;
  const client = new Client({ connection, namespace: namespaceOf(org) });
  const directive = { generation, desiredState: desired, fence: 1 };
  const start = () =>
    client.workflow
      .start(AGENT_WORKFLOW_TYPE, {
        workflowId: workflowIdOf(uid),
        taskQueue: AGENT_TASK_QUEUE,
        memo: { [MEMO_UID]: uid, [MEMO_GENERATION]: generation },
        args: [{ uid, org, name, directive }],
      })
      // A namespace serves a moment after it was registered.
      .catch(() => undefined);
  const handle = await eventually(
    `the workflow of ${org}/${name} has started`,
    start,
    (found) => found !== undefined,
  );
  if (handle === undefined) throw new Error('eventually gave what it does not accept');
  return [workflowIdOf(uid), handle.firstExecutionRunId];
}

const highest = (url: string): Promise<number> =>
  withClient(url, async (client) => {
    const { rows } = await client.query('SELECT max(id)::int AS id FROM audit_event');
    return z.object({ id: z.int() }).parse(rows[0]).id;
  });

interface Before {
  /** Run by workflow id. */
  readonly runs: ReadonlyMap<string, string>;
  /** Id of the last event. */
  readonly events: number;
}

const eventPhase = z.object({ phase: z.string() });

async function unchanged(stand: Stand, before: Before): Promise<void> {
  const { world, api } = stand;
  const migrations = (await readdir(join(import.meta.dirname, '../../store/migrations'))).length;
  expect(await world.sql('SELECT max(version)::int AS version FROM lattice_migrations')).toEqual([
    { version: migrations },
  ]);
  const sweeps = async () => {
    const text = (await api.send('GET', '/metrics')).text;
    return Number(/^lattice_sweep_seconds_count (\d+)$/m.exec(text)?.[1]);
  };
  await eventually('three sweeps went by', sweeps, (count) => count >= 3);
  await eventually(
    'the queue is empty',
    () => world.sql('SELECT * FROM work'),
    (rows) => rows.length === 0,
  );
  // A migration may give the controller rows to write; it never gives it anything to do in Temporal.
  const since = await world.sql(
    `SELECT convert_from(bytes, 'UTF8')::jsonb AS event FROM audit_event WHERE id > $1`,
    [before.events],
  );
  expect(since.filter(({ event }) => eventPhase.parse(event).phase === 'intent')).toEqual([]);
  const objects = await world.sql(`SELECT o.kind, o.org, o.name, c ->> 'status' AS ready
    FROM objects o, jsonb_array_elements(o.status -> 'conditions') AS c WHERE c ->> 'type' = 'Ready'`);
  expect(objects.filter(({ ready }) => ready !== 'True')).toEqual([]);
  const agents = await world.sql(`SELECT uid::text, org FROM objects WHERE kind = 'Agent'`);
  for (const { uid, org } of agents) {
    const id = workflowIdOf(String(uid));
    const found = await world
      .temporal(namespaceOf(String(org)))
      .workflow.getHandle(id)
      .describe();
    expect([id, found.status.name, found.runId]).toEqual([id, 'RUNNING', before.runs.get(id)]);
  }
  expect(await lattice(world.state, ['audit', 'verify'])).toMatchObject({ code: 0 });
}

/** Every agent takes a change, in the run that it had; and what is deleted goes. */
async function changeable({ world, api }: Stand): Promise<void> {
  const rows = await world.sql(`SELECT org, name FROM objects WHERE kind = 'Agent' ORDER BY org, name`);
  const paths = rows.map(({ org, name }) => `/v1/orgs/${org}/agents/${name}`);
  for (const path of paths) {
    // It belongs to whoever wrote it in that release.
    expect((await api.send('POST', `${path}/adopt`)).status).toBe(200);
    const { metadata, spec } = await api.get(path);
    const manifest = { metadata: { labels: metadata.labels }, spec: { ...spec, desiredState: 'paused' } };
    const ifMatch = { 'if-match': `"${metadata.resourceVersion}"` };
    const answer = await api.send('PUT', path, manifest, ifMatch);
    expect([path, answer.status]).toEqual([path, 200]);
    expect((await api.ready(path)).metadata.generation).toBe(metadata.generation + 1);
  }
  const first = paths.at(-1) ?? '';
  const deleted = await api.send('DELETE', first);
  expect([deleted.status, deleted.text]).toEqual([202, expect.stringContaining('deletionTimestamp')]);
  await api.gone(first);
}
